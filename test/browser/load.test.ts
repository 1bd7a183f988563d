// Load of 300 agents with 100 events per second: the page stays responsive and shows all events.
import type { Browser, Page } from 'playwright-core';
import { sessionKey } from '#sdk/client';
import type { EventMessage } from '#sdk/protocol';
import { openBrowser, openPage } from '../support/browser/browser';
import { agentEvent, sessionEvent } from '../support/data/events';
import { eventually } from '../support/eventually';
import { observeLongTasks } from '../support/browser/long-tasks';
import { openQuickService, type QuickService } from '../support/browser/quick-service';

const agents = 300;
const eventsPerSecond = 100;
const seconds = 20;
const statuses = ['online', 'offline', 'error'] as const;

let browser: Browser;
let service: QuickService;
beforeAll(async () => {
  [browser, service] = await Promise.all([openBrowser(), openQuickService()]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

/**
 * Events of which none is stale: the first report every agent, then a third are statuses.
 * @param begin milliseconds since the Unix epoch, after the page was opened: the page counts only later events
 */
function eventOf(index: number, begin: number): EventMessage {
  const timestamp = begin + index;
  const agentId = `agent-${(index * 7) % agents}`;
  if (index < agents || index % 3 === 0) {
    return agentEvent(agentId, statuses[((index * 11) % 7) % 3] ?? 'online', timestamp);
  }
  return sessionEvent(agentId, `session-${index % 2}`, `Step ${index} of many`, timestamp);
}

/** What the rows show that are elements: the statuses of agents, and the messages of their sessions. */
function visibleRows(page: Page) {
  return page.locator('.agent').evaluateAll((rows) => {
    const textOf = (element: Element, selector: string) =>
      element.querySelector(selector)?.textContent ?? '';
    return rows.map((row) => ({
      agentId: textOf(row, 'h3'),
      status: textOf(row, '.status'),
      sessions: Object.fromEntries(
        [...row.querySelectorAll('.session')].map((session) => [
          textOf(session, '.session-id'),
          textOf(session, '.message'),
        ]),
      ),
    }));
  });
}

/** What all rows show, after scrolling through the list. */
async function shownBy(page: Page) {
  const shown = new Map<string, Awaited<ReturnType<typeof visibleRows>>[number]>();
  await page.locator('.row').first().focus();
  await page.keyboard.press('Home');
  for (let isLast = false; !isLast;) {
    // The rows of the new offset are rendered in the next frame.
    isLast = await page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
      const row = document.activeElement?.closest('.agent');
      return row?.getAttribute('aria-posinset') === row?.getAttribute('aria-setsize');
    });
    for (const row of await visibleRows(page)) shown.set(row.agentId, row);
    await page.keyboard.press('PageDown');
  }
  return [...shown.values()];
}

/** The same, from the registers of the service. */
function known({ registers }: QuickService) {
  return [...registers.maps.agents.values()].map(({ agentId, status }) => ({
    agentId,
    status: status,
    sessions: Object.fromEntries(
      ['session-0', 'session-1'].flatMap((sessionId) => {
        const session = registers.maps.sessions.get(sessionKey(agentId, sessionId));
        return session === undefined ? [] : [[sessionId, session.lastMessage]];
      }),
    ),
  }));
}

const byAgent = (one: { agentId: string }, other: { agentId: string }) =>
  one.agentId < other.agentId ? -1 : 1;

it(`shows ${agents} agents with ${eventsPerSecond} events per second for ${seconds} s without long tasks`, async () => {
  const { page, complaints } = await openPage(browser);
  const stop = await observeLongTasks(browser, page);
  await page.goto(service.pageUrl);
  await eventually(() => {
    expect(service.connections()).toBe(1);
  });
  const beginAt = Date.now();
  let sent = 0;
  const sendUntil = async (count: number) => {
    while (sent < count) {
      await service.report(eventOf(sent, beginAt));
      sent += 1;
    }
  };
  await sendUntil(agents);
  const begin = performance.now();
  const total = agents + eventsPerSecond * seconds;
  while (sent < total) {
    const due = Math.floor(((performance.now() - begin) / 1000) * eventsPerSecond);
    await sendUntil(Math.min(total, agents + due));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }

  const expected = known(service).sort(byAgent);
  await eventually(async () => {
    expect((await shownBy(page)).sort(byAgent)).toEqual(expected);
  });
  expect(expected).toHaveLength(agents);
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(3_000);
  const footer = await page.getByRole('contentinfo').textContent();
  expect(footer).toContain(total.toLocaleString('en-GB'));

  const { wallMs, longestCpuMs, count } = await stop();
  const slowest = Math.round(Math.max(0, ...wallMs));
  process.stdout.write(
    `${count} tasks; the longest: ${Math.round(longestCpuMs)} ms of processor time, ${slowest} ms by the clock\n`,
  );
  expect(count).toBeGreaterThan(seconds);
  // Processor time, because elapsed time includes that of other processes on this machine.
  expect(longestCpuMs).toBeLessThanOrEqual(200);
  expect(complaints).toEqual([]);
}, 120_000);
