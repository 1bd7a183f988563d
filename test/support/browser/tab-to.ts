// Uses a page with the keyboard alone.
import type { Page } from 'playwright-core';

/** More than the page has tab stops. */
const mostStops = 60;

/** What the element with the focus is named after: its label, or its text. */
export const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return '';
    return (element.closest('label') ?? element).textContent.trim();
  });

/** Presses Tab until an element whose name begins with a text has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = [];
  do {
    await page.keyboard.press('Tab');
    passed.push(await focused(page));
  } while (!passed.at(-1)?.startsWith(name) && passed.length < mostStops);
  expect(passed.at(-1)?.startsWith(name) ? name : passed).toBe(name);
}

/** Presses a key on the element to which `tabTo` comes. */
export async function pressOn(page: Page, name: string, key = 'Enter'): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press(key);
}
