// Loads the page of a visit in a browser.
import { openBrowser, openPage } from '../support/browser/browser';
import { openInFirefox } from '../support/browser/firefox';
import type { Running } from './describe-environments';
import type { Visit } from './service';

/** @param query of the address, e.g. `?strict` */
export async function loadInChromium(visit: Visit, query = ''): Promise<Running> {
  const browser = await openBrowser();
  const { page, complaints } = await openPage(browser);
  await page.goto(`${visit.url}${query}`);
  return {
    visit,
    async end() {
      await browser.close();
      return complaints;
    },
  };
}

export async function loadInFirefox(visit: Visit): Promise<Running> {
  const { close, complaints } = await openInFirefox(visit.url);
  return {
    visit,
    async end() {
      await close();
      return complaints;
    },
  };
}
