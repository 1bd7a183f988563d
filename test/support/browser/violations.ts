// Checks a page with axe.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Returns the violations that axe detects: the rule, and the elements. */
export async function violationsIn(page: Page): Promise<readonly (readonly [string, string[]])[]> {
  // The page's Content-Security-Policy allows no third-party scripts, so axe is injected by the debugger.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)] as const);
}

/** Returns the violations in light and in dark colours. */
export async function violationsInBothColours(page: Page) {
  const found = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await violationsIn(page)).map((violation) => [colorScheme, ...violation]));
  }
  return found;
}
