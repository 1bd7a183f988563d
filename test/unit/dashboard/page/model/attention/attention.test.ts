// The title and the icon of the page.
import { readFileSync } from 'node:fs';
import { iconFor, titleFor } from '#dashboard/page/model/attention/attention';

it.each([
  [0, 'Mission Control'],
  [1, '(1) Mission Control'],
  [1_234, '(1,234) Mission Control'],
])('has for %i agents in error the title %j', (errors, title) => {
  expect(titleFor(errors)).toBe(title);
});

it.each([
  [1, '>1</text>'],
  [99, '>99</text>'],
  [100, '>99+</text>'],
])('has for %i agents in error an icon with %j', (errors, text) => {
  expect(decodeURIComponent(iconFor(errors))).toContain(text);
});

it('has without errors the icon and the title of index.html', () => {
  const html = readFileSync('dashboard/page/index.html', 'utf8');
  const icon = /rel="icon"\s+href="([^"]+)"/.exec(html)?.[1] ?? '';
  expect(decodeURIComponent(iconFor(0))).toBe(decodeURIComponent(icon));
  expect(html).toContain(`<title>${titleFor(0)}</title>`);
});
