// The charts of the activity, rendered by React in jsdom.
import { createElement } from 'react';
import { ActivityCharts, ActivityProvider } from '#dashboard/page/components/events/activity';
import { createParts, inPage, perform, render } from '#test/support/dashboard/rendered';

inPage();

async function open(agentId?: string) {
  const parts = createParts();
  const { client, time } = parts;
  client.connect();
  const charts = createElement(ActivityCharts, { agentId });
  const { now } = time;
  const page = await render(createElement(ActivityProvider, { client, now, children: charts }), parts); // prettier-ignore
  let timestamp = 0;
  const report = (id: string, status: 'online' | 'error', source: 'live' | 'snapshot' = 'live') => {
    timestamp += 1;
    client.emit({ type: 'agent:status', payload: { agentId: id, status, timestamp } }, { source });
  };
  const labels = () => page.all('svg').map((chart) => chart.getAttribute('aria-label'));
  return { ...page, ...parts, report, labels };
}

it('describes the live events that were received since the page was opened, and says so', async () => {
  const { report, tick, labels, text, violations } = await open();
  report('a', 'online', 'snapshot');
  report('a', 'error');
  report('b', 'online');
  await tick(1_000);
  expect(labels()).toEqual([
    'Events a minute: 2 events in this minute',
    'Errors a minute: 1 error report in this minute',
  ]);
  await tick(60_000);
  report('b', 'error');
  await tick(1_000);
  expect(labels()).toEqual([
    'Events a minute: 3 events in the last 2 minutes, at most 2 in one',
    'Errors a minute: 2 error reports in the last 2 minutes, at most 1 in one',
  ]);
  expect(text()).toContain('since this page was opened');
  expect(await violations()).toEqual([]);
});

it('describes one agent only', async () => {
  const { report, tick, labels } = await open('a');
  report('a', 'error');
  report('b', 'error');
  await tick(1_000);
  expect(labels()[0]).toBe('Events a minute: 1 event in this minute');
});

it('forgets the events of an agent that is no longer visible', async () => {
  const { client, report, tick, labels } = await open('b/1');
  report('a/1', 'error');
  report('b/1', 'error');
  await tick(1_000);
  expect(labels()[0]).toBe('Events a minute: 1 event in this minute');
  await perform(() => {
    client.setConnection({ visibleAgents: ['a/*'] });
  });
  await tick(1_000);
  expect(labels()[0]).toBe('Events a minute: 0 events in this minute');
});

it('renders the rows of its table only while the table is open', async () => {
  const { report, tick, all, textsOf, violations } = await open();
  report('a', 'error');
  await tick(60_000);
  expect(all('table')).toEqual([]);
  await perform(
    () =>
      new Promise((resolve) => {
        const [table] = all('details') as HTMLDetailsElement[];
        table?.addEventListener('toggle', resolve, { once: true });
        if (table !== undefined) table.open = true;
      }),
  );
  expect(all('tbody tr')).toHaveLength(2);
  expect(textsOf('tbody td')).toEqual(['0', '0', '1', '1']);
  expect(await violations()).toEqual([]);
});
