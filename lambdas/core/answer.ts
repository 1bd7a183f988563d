// What the server answers to a client's frame.
import { parseClientFrame, type ServerFrame } from '../../sdk/protocol';
import type { Clock } from './ports';

/** Answers any text with exactly one frame: `pong` to a ping, `error` to what is not understood. */
export type Answer = (text: string) => ServerFrame;

export function createAnswer({ now }: { readonly now: Clock }): Answer {
  return (text) => {
    const frame = parseClientFrame(text);
    if (frame.ok) return { type: 'pong', payload: { timestamp: now() } };
    return { type: 'error', payload: { code: frame.code, message: frame.message } };
  };
}
