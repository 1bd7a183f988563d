// What the page says the user has used last, which decides whether a focus that a script moves is outlined.
import { markLastInput } from '#dashboard/page/model/last-input';

it('marks the page with the last of pointer and keyboard, and with none before', () => {
  const target = new EventTarget();
  const attributes = new Map<string, string>();
  markLastInput({
    addEventListener: target.addEventListener.bind(target),
    documentElement: { setAttribute: (name, value) => attributes.set(name, value) },
  });
  expect([...attributes]).toEqual([]);
  for (const [event, input] of [
    ['keydown', 'keyboard'],
    ['pointerdown', 'pointer'],
    ['keydown', 'keyboard'],
  ] as const) {
    target.dispatchEvent(new Event(event));
    expect([...attributes]).toEqual([['data-last-input', input]]);
  }
});
