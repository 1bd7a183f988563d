// What the agents of the screenshots report: always the same, at times relative to now.
import type { EventMessage } from '#sdk/protocol';
import { agents, type StoryAgent } from './teams';

type Status = 'online' | 'offline' | 'error';

const minuteMilliseconds = 60_000;

/** The number of minutes for which the page has been open. */
export const minutesOpen = 55;

/** The agent whose page is shown, and its session with a timeline. */
export const shownAgent = { agentId: 'build/web-checkout', sessionId: 'pr-1204' };

/** The messages of the session with a timeline, the newest last. */
const timeline = [
  'User said: Totals are off by one cent for some baskets. Please find out why.',
  'Reads the calculation of totals and the three latest changes of it',
  'Reproduced it: 3 items of 0.35 with a discount of 10 %',
  'The discount is rounded for each item, and the total once more',
  'Wrote a test for 40 baskets; 6 of them fail',
  'Rounds once, after the sum of all items',
  'Ran 412 tests: 2 failed, both in the receipts',
  'Receipts have the rounded prices of the items. Asks whether they may change.',
  'User said: Yes, but keep the prices of old receipts.',
  'Keeps the stored prices, and calculates only those of new receipts',
  'Ran 414 tests: all passed',
];

/** The newest message of the session with a timeline. */
const newest =
  'Opened pull request 1204 and asks for a review:\n\n- totals are rounded once, after the sum\n- receipts that were stored keep their prices\n- 42 new tests';

/** Agents that report nothing while the page is open. */
const quiet = ['research/paper-digest', 'research/usability-notes'];
/** An agent that has reported no status. */
const withoutStatus = 'docs/translations';

/** The statuses that are reported while the page is open, by minute. */
const liveStatuses: readonly (readonly [minute: number, agentId: string, status: Status])[] = [
  [5, 'data/quality-checks', 'error'],
  [9, 'data/quality-checks', 'online'],
  [18, 'build/web-checkout', 'error'],
  [19, 'support/chat-fr', 'error'],
  [22, 'build/web-checkout', 'online'],
  [23, 'support/chat-fr', 'online'],
  [31, 'data/invoice-import', 'error'],
  [38, 'build/web-checkout', 'error'],
  [40, 'build/web-checkout', 'online'],
  [49, 'build/ios-app', 'error'],
  [54, 'support/refunds', 'error'],
  [55, 'ops/cost-report', 'offline'],
];

/** What the agents that stay in error report with it. */
const failures: Readonly<Record<string, string>> = {
  'build/ios-app': 'Stopped: the signing certificate expired at 08:00',
  'data/invoice-import': 'Stopped: line 2,117 of invoices-03.csv has 11 columns instead of 12',
  'support/refunds': 'Stopped: the payment provider answers 503, the fourth time',
};

/** The order in which agents speak: not that of their names. */
const inTurn = agents.map((_, index) => pick(agents, index * 11));

/** The number of messages in a minute. */
const countOf = (minute: number) => 3 + ((minute * 7) % 5);

function turnsBefore(minute: number): number {
  let turns = 0;
  for (let each = 0; each < minute; each += 1) turns += countOf(each);
  return turns;
}

/** What was reported before the page was opened. @param now milliseconds since the Unix epoch */
export function eventsBefore(now: number): readonly EventMessage[] {
  const opened = now - minutesOpen * minuteMilliseconds;
  const { agentId, sessionId } = shownAgent;
  const messages = timeline.map((lastMessage, index) =>
    activity(
      { agentId, sessionId, lastMessage },
      opened - (timeline.length - index) * 5.3 * minuteMilliseconds,
    ),
  );
  const firsts = agents.flatMap((agent, index) => {
    const at = opened - (20 + ((index * 37) % 160)) * minuteMilliseconds;
    const { agentId } = agent;
    const isOffline = agentId === 'research/usability-notes';
    const state = status(agentId, isOffline ? 'offline' : 'online', at);
    const said = activity(messageOf(agent, index), at + 4_000);
    return agentId === withoutStatus ? [said] : [state, said];
  });
  return [...firsts, ...messages];
}

/** What is reported in a minute while the page is open. @param minute from 0 to {@link minutesOpen}, which is now */
export function eventsOf(minute: number, now: number): readonly EventMessage[] {
  const at = now - (minutesOpen - minute) * minuteMilliseconds;
  const talking = inTurn.filter(({ agentId }) => isTalking(agentId, minute));
  const messages = Array.from({ length: countOf(minute) }, (_, index) => {
    const turn = turnsBefore(minute) + index;
    return activity(messageOf(pick(talking, turn), turn + minute), at + index * 7_300);
  });
  const statuses = liveStatuses
    .filter(([each]) => each === minute)
    .flatMap(([, agentId, value]) => [
      ...(agentId in failures ? [activity(failureOf(agentId), at + 15_000)] : []),
      status(agentId, value, at + 16_000),
    ]);
  const { agentId, sessionId } = shownAgent;
  const last = activity({ agentId, sessionId, lastMessage: newest }, at + 900);
  return [...messages, ...statuses, ...(minute === minutesOpen - 3 ? [last] : [])];
}

/** Whether an agent reports in a minute: not if it is quiet or stopped. */
function isTalking(agentId: string, minute: number): boolean {
  return !quiet.includes(agentId) && !isStopped(agentId, minute);
}

/** Whether an agent has reported the error in which it stays. */
function isStopped(agentId: string, minute: number): boolean {
  const begin = liveStatuses.find(([, id]) => id === agentId)?.[0] ?? Infinity;
  return agentId in failures && begin <= minute;
}

function failureOf(agentId: string) {
  const [agent] = agents.filter((one) => one.agentId === agentId);
  return { ...messageOf(agent ?? pick(agents, 0), 0), lastMessage: failures[agentId] ?? '' };
}

/** A message of an agent, in one of its two sessions. */
function messageOf({ agentId, team, index }: StoryAgent, number: number) {
  const sessionId = `${team.session}-${1187 + index * 13 + (number % 2) * 5}`;
  return { agentId, sessionId, lastMessage: pick(team.messages, number + 2 * index) };
}

/** An element of a list, which begins again after its last one. */
function pick<Element>(list: readonly Element[], index: number): Element {
  const element = list[index % list.length];
  if (element === undefined) throw new Error('The list is empty.');
  return element;
}

function status(agentId: string, value: Status, at: number): EventMessage {
  return { type: 'agent:status', payload: { agentId, status: value, timestamp: Math.round(at) } };
}

function activity(
  said: { readonly agentId: string; readonly sessionId: string; readonly lastMessage: string },
  at: number,
): EventMessage {
  return { type: 'session:activity', payload: { ...said, timestamp: Math.round(at) } };
}
