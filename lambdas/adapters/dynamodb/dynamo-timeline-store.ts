// Stores the timelines of sessions in DynamoDB: one item for each event, ordered by time, and deleted by its TTL.
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { setTimeout } from 'node:timers/promises';
import {
  maxMessageBytes,
  utf8Length,
  type SessionActivity,
  type TimelineEvent,
} from '#sdk/protocol';
import type { Place, Position } from '#core/timeline/position';
import type { SessionIds, TimelineStore } from '#core/timeline/ports';
import {
  parseTimelineSortKey,
  timelineKey,
  timelinePartition,
  timelineSortKey,
} from './dynamo-keys';
import { ttlAttribute, ttlOf } from './dynamo-ttl';
import { writeItems, type Pause } from './requests/dynamo-batch-write';
import type { TableRequests } from './requests/table-requests';

/** The attributes of an event that are read. DynamoDB bills the names of attributes, too, so that of the message is short. */
interface TimelineItem {
  readonly sk: string;
  /** The message. */
  readonly m: string;
  /** Seconds since the Unix epoch. */
  readonly [ttlAttribute]: number;
}

/**
 * The number of events that are read first. DynamoDB bills the size of what is read, so their size decides how many are read
 * then: a page of large events costs about as much as one of small events.
 */
const firstEvents = 4;

/**
 * The maximum number of reads for a page. Only a page without events takes more than two: until TTL deletes them, which may take
 * days, there may be any number of events that have expired. Then the page ends there, and the client asks for the next one.
 * Older events need not have expired as well: they expire some hours after they were received, and one may be received
 * long after its timestamp.
 */
const maxReads = 4;

/** What a read costs is rounded up to a multiple of it: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
const billedBytes = 4096;

interface TimelineStoreOptions {
  /** Waits before events that DynamoDB did not process are written again. */
  readonly pause?: Pause;
}

export function createDynamoTimelineStore(
  table: TableRequests,
  tableName: string,
  { pause = setTimeout }: TimelineStoreOptions = {},
): TimelineStore {
  async function read(session: SessionIds, before: Place | undefined, limit: number) {
    const query = queryTimeline(tableName, session, before, limit);
    const { Items: items = [], LastEvaluatedKey: last } = await table.query(query);
    return { items: items as TimelineItem[], isLast: last === undefined };
  }

  return {
    async write(events, expiresAt) {
      const items = itemsOf(events, expiresAt);
      const [single] = items;
      if (single !== undefined && items.length === 1)
        await table.put({ TableName: tableName, Item: single });
      else await writeItems(table, tableName, items, pause);
    },

    async page(session, { before, limit, now }) {
      const kept: TimelineItem[] = [];
      const seen = { items: 0, bytes: 0 };
      let position = before;
      let most = Math.min(limit, firstEvents);
      for (let reads = 1; ; reads += 1) {
        const { items, isLast } = await read(session, position, most);
        kept.push(...items.filter((item) => item[ttlAttribute] > ttlOf(now, 'down')));
        if (isLast && kept.length <= limit) return { events: kept.map(toEvent) };
        seen.items += items.length;
        seen.bytes += items.reduce((sum, item) => sum + bytesOf(session, item), 0);
        // Those that have expired take no room in the page.
        const used = kept.length > 0 ? Math.ceil(seen.bytes / billedBytes) * billedBytes : 0;
        const room = maxMessageBytes - used;
        const next = Math.floor((room * seen.items) / seen.bytes);
        const isDone = kept.length > 0 && (reads > 1 || next < 1);
        if (kept.length >= limit || isDone || reads === maxReads) {
          const last = kept.length > limit ? kept[limit - 1] : items.at(-1);
          return { events: kept.slice(0, limit).map(toEvent), next: positionIn(last) };
        }
        position = positionIn(items.at(-1));
        // Behind events that have expired, others may have, too: then, more are read than are asked for.
        most = Math.max(1, kept.length > 0 ? Math.min(limit - kept.length, next) : next);
      }
    },
  };
}

/** The items of events, each once. */
function itemsOf(events: readonly SessionActivity[], expiresAt: number) {
  const items = events.map((event) => ({
    ...timelineKey(event),
    m: event.lastMessage,
    [ttlAttribute]: ttlOf(expiresAt, 'down'),
  }));
  return [...new Map(items.map((item) => [JSON.stringify([item.pk, item.sk]), item])).values()];
}

function positionIn(item: TimelineItem | undefined): Position {
  return parseTimelineSortKey(item?.sk ?? '');
}

function toEvent({ sk, m }: TimelineItem): TimelineEvent {
  return { lastMessage: m, timestamp: parseTimelineSortKey(sk).timestamp };
}

/** The size of an item as DynamoDB counts it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function bytesOf(session: SessionIds, { sk, m }: TimelineItem): number {
  return fixedBytes + timelinePartition(session).length + sk.length + utf8Length(m);
}

/** The names `pk`, `sk`, `m` and that of the TTL, and the number of the TTL. */
const fixedBytes = 'pkskm'.length + ttlAttribute.length + 6;

/** The newest events before a position. With eventual consistency: clients merge them with what they get otherwise. */
function queryTimeline(
  tableName: string,
  session: SessionIds,
  before: Place | undefined,
  limit: number,
): QueryCommandInput {
  return {
    TableName: tableName,
    KeyConditionExpression: before === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
    ExpressionAttributeValues: {
      ':pk': timelinePartition(session),
      ...(before !== undefined && { ':before': timelineSortKey(before) }),
    },
    ProjectionExpression: 'sk, m, #ttl',
    ExpressionAttributeNames: { '#ttl': ttlAttribute },
    ScanIndexForward: false,
    Limit: limit,
  };
}
