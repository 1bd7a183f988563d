// What each lane is sent by a flush: all of its messages, or the newest of each register if there is no room.
import type { Lane } from '../../connections/ports';
import { countBatches } from '../../fan-out/batches';
import { conflate, type Conflated } from './conflate';
import type { OutgoingMessage } from '../../fan-out/outgoing-message';
import type { FlushOrder } from '../ports';

export interface LaneContent extends Conflated {
  readonly lane: Lane;
}

const lanes = ['batched', 'single'] as const;

/** Of each lane that is to get something. */
export async function contentsOf(
  order: Pick<FlushOrder, Lane>,
  roomOf: (lane: Lane) => number | Promise<number>,
): Promise<readonly LaneContent[]> {
  const contents: LaneContent[] = [];
  for (const lane of lanes) {
    const messages = order[lane] ?? [];
    // One message is never superseded: how much room there is does not matter.
    const room = messages.length > 1 ? await roomOf(lane) : Infinity;
    const conflated = conflate(messages, room, (some) => countPosts(some, lane));
    if (messages.length > 0) contents.push({ lane, ...conflated });
  }
  return contents;
}

/** Posts that it takes to send so much to one connection. */
export function countPosts(messages: readonly OutgoingMessage[], lane: Lane): number {
  return lane === 'single' ? messages.length : countBatches(messages.map(({ text }) => text));
}

/** Every message of a flush, once. */
export function allOf({
  batched,
  single = [],
}: Pick<FlushOrder, Lane>): readonly OutgoingMessage[] {
  return [...new Set([...batched, ...single])];
}

export function supersededIn(contents: readonly Conflated[]): number {
  return contents.reduce((sum, { superseded }) => sum + superseded, 0);
}
