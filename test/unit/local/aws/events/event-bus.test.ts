// An event bus: which events its rules take, and what it says of the others.
import { EventBus, type BusEvent } from '#local/aws/events/event-bus';

const event: BusEvent = {
  ...{ version: '0', id: 'e-1', 'detail-type': 'agent:status', source: 'team-z', resources: [] },
  ...{ account: '000000000000', time: '2026-02-05T21:50:00Z', region: 'eu-central-1', detail: {} },
};

function busThatTakes(source: string) {
  const texts: string[] = [];
  const invokeAsync = jest.fn();
  const bus = new EventBus({
    ...{ name: 'mission-control', arn: 'arn:bus', policy: [] },
    rules: [
      {
        arn: 'arn:rule',
        matches: (one: unknown) => (one as BusEvent).source === source,
        targets: [{ function: { invokeAsync } as never }],
      },
    ],
    log: ({ text }) => texts.push(text),
  });
  return { bus, texts, invokeAsync };
}

it('says of an event that no rule takes that it is dropped, and why', () => {
  const { bus, texts, invokeAsync } = busThatTakes('team-a');
  bus.put(event);
  expect(invokeAsync).not.toHaveBeenCalled();
  expect(texts).toEqual([
    'no rule of the bus mission-control takes agent:status of the source "team-z": the event is dropped; --sources names further sources',
  ]);
});

it('sends an event to the targets of the rules that take it, and says nothing', () => {
  const { bus, texts, invokeAsync } = busThatTakes('team-z');
  bus.put(event);
  expect(invokeAsync.mock.calls).toEqual([[event]]);
  expect(texts).toEqual([]);
});
