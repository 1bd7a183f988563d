// Determines what a flush sends to each lane: all of its messages, or fewer by conflation if they do not fit.
import type { Lane } from '../../connections/ports';
import { countBatches } from '../../fan-out/batches';
import { conflate, type Conflated } from './conflate';
import type { OutgoingMessage } from '../../fan-out/outgoing-message';
import type { FlushRequest } from '../ports';

export interface LaneContent extends Conflated {
  readonly lane: Lane;
}

const lanes = ['batched', 'single'] as const;

/**
 * The content of each lane that has messages.
 * @param roomOf returns the posts that can be made to each connection of a lane
 */
export async function contentsOf(
  request: Pick<FlushRequest, Lane>,
  roomOf: (lane: Lane) => number | Promise<number>,
): Promise<readonly LaneContent[]> {
  const contents: LaneContent[] = [];
  for (const lane of lanes) {
    const messages = request[lane] ?? [];
    // A single message is never superseded, so the room is irrelevant.
    const room = messages.length > 1 ? await roomOf(lane) : Infinity;
    const conflated = conflate(messages, room, (some) => countPosts(some, lane));
    if (messages.length > 0) contents.push({ lane, ...conflated });
  }
  return contents;
}

/** The number of posts that the messages take for one connection. */
export function countPosts(messages: readonly OutgoingMessage[], lane: Lane): number {
  return lane === 'single' ? messages.length : countBatches(messages.map(({ text }) => text));
}

/** All messages of a flush, without duplicates. */
export function allOf({
  batched,
  single = [],
}: Pick<FlushRequest, Lane>): readonly OutgoingMessage[] {
  return [...new Set([...batched, ...single])];
}

export function supersededIn(contents: readonly Conflated[]): number {
  return contents.reduce((sum, { superseded }) => sum + superseded, 0);
}
