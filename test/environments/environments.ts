// The environments of the client: each loads a program, which makes the checks.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { openBrowser, openPage } from '../support/browser/browser';
import { openInFirefox } from '../support/browser/firefox';
import { bundle, bundleForNode, installNode } from './projects';
import type { Service, Visit } from './service';

/** An environment in which a program runs. */
export interface Running {
  readonly visit: Visit;
  /** Ends it. Returns errors that nobody has handled, and what else it has complained of. */
  readonly end: () => Promise<readonly string[]>;
}

/** Loads the program that makes the checks. @param project the folder with the package */
type Load = (service: Service, project: string) => Promise<Running>;

const page = '<!doctype html><script src="main.js"></script>';
const pageWithWorker = '<!doctype html><script>new Worker("main.js")</script>';

const inChromium =
  (html: string): Load =>
  async (service, project) => {
    const visit = service.visit({ '': html, 'main.js': await bundle('client.ts', project) });
    const browser = await openBrowser();
    const { page, complaints } = await openPage(browser);
    await page.goto(visit.url);
    return {
      visit,
      async end() {
        await browser.close();
        return complaints;
      },
    };
  };

const inFirefox =
  (html: string): Load =>
  async (service, project) => {
    const visit = service.visit({ '': html, 'main.js': await bundle('client.ts', project) });
    const { close, complaints } = await openInFirefox(visit.url);
    return {
      visit,
      async end() {
        await close();
        return complaints;
      },
    };
  };

const inNode =
  (version: string, program: string): Load =>
  async (service, project) => {
    const [node, file] = await Promise.all([installNode(version), bundleForNode(program, project)]);
    const visit = service.visit();
    const child = spawn(node, [file, visit.url], { stdio: ['ignore', 'ignore', 'pipe'] });
    const errors = text(child.stderr);
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return {
      visit,
      // The program ends by itself, because nothing is left that keeps it running.
      async end() {
        const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
        const code = await exit;
        clearTimeout(timer);
        const complaints = await errors;
        return [...(complaints ? [complaints] : []), ...(code === 0 ? [] : [`exit code ${code}`])];
      },
    };
  };

/** Environments by name. */
export const environments: Readonly<Record<string, Load>> = {
  'a page in Chromium': inChromium(page),
  'a Web Worker in Chromium': inChromium(pageWithWorker),
  'a page in Firefox': inFirefox(page),
  'a Web Worker in Firefox': inFirefox(pageWithWorker),
  'Node.js 20 with ws': inNode('20.19.0', 'client-with-ws.ts'),
  'Node.js 22 with its own WebSocket': inNode('22.13.0', 'client.ts'),
  'Node.js 24 with ws': inNode('24.21.0', 'client-with-ws.ts'),
  'Node.js 24 with its own WebSocket': inNode('24.21.0', 'client.ts'),
  'Node.js 26 with its own WebSocket': inNode('26.10.0', 'client.ts'),
};
