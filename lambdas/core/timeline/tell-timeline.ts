// Tells a client a page of the timeline of a session: as many events as are asked for and fit into one message.
import {
  errorMessage,
  maxMessageBytes,
  maxTimelinePage,
  serializeMessage,
  utf8Length,
  type ClientMessage,
  type TimelineEvent,
} from '#sdk/protocol';
import type { ConnectionKey } from '../connections/ports';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { TimelinePage, TimelineStore } from './ports';
import { formatCursor, parseCursor, positionOf } from './position';

/** The payload of a `session:history`. */
export type HistoryRequest = Extract<ClientMessage, { type: 'session:history' }>['payload'];

/**
 * Returns the text of the `session:timeline`, or of an `error` if the timeline cannot be read. Whether the connection may see
 * the agent is checked before. Never throws.
 */
export type TellTimeline = (connection: ConnectionKey, request: HistoryRequest) => Promise<string>;

/** @param dependencies `timelineEvents`: after so many events, over all pages, there is no further cursor */
export function createTellTimeline(dependencies: {
  readonly timelines: Pick<TimelineStore, 'page'>;
  readonly timelineEvents: number;
  readonly now: Clock;
  readonly log: Log;
}): TellTimeline {
  const { timelines, timelineEvents, now, log } = dependencies;
  return async ({ connectionId }, request) => {
    const { before, told } = parseCursor(request.before);
    const left = timelineEvents - told;
    const limit = Math.min(request.limit ?? maxTimelinePage, left);
    try {
      const page: TimelinePage =
        limit > 0 ? await timelines.page(request, { before, limit, now: now() }) : { events: [] };
      return timelineMessage(request, page, { told, timelineEvents });
    } catch (error) {
      log.error('timeline not read', { connectionId, error });
      return serializeMessage(
        errorMessage('unavailable', 'The timeline cannot be told now: try again.'),
      );
    }
  };
}

interface Progress {
  readonly told: number;
  readonly timelineEvents: number;
}

/** The text of the answer: the events of the page that fit, and the cursor behind them unless that was all. */
function timelineMessage(
  { agentId, sessionId, before }: HistoryRequest,
  { events, next }: TimelinePage,
  { told, timelineEvents }: Progress,
): string {
  const payloadOf = (list: readonly TimelineEvent[], cursor: string | undefined) => ({
    ...{ agentId, sessionId },
    ...(before !== undefined && { before }),
    events: [...list],
    ...(cursor !== undefined && { next: cursor }),
  });
  const textOf = (list: readonly TimelineEvent[], cursor: string | undefined) =>
    serializeMessage({ type: 'session:timeline', payload: payloadOf(list, cursor) });
  let room = maxMessageBytes - utf8Length(textOf([], longestCursor));
  const fitting: TimelineEvent[] = [];
  for (const event of events) {
    room -= utf8Length(JSON.stringify(event)) + ','.length;
    // The first one always fits: parseEvent ensures it.
    if (room < 0 && fitting.length > 0) break;
    fitting.push(event);
  }
  const last = fitting.at(-1);
  const count = told + fitting.length;
  // A page of expired events only is empty, and the next one may not be.
  const end = last === undefined || fitting.length === events.length ? next : positionOf(last);
  const isAll = end === undefined || count >= timelineEvents;
  return textOf(fitting, isAll ? undefined : formatCursor(end, count));
}

const longestCursor = '9'.repeat(15) + '#' + '-'.repeat(8) + '#' + '9'.repeat(5);
