// Records what the listeners of a client receive, and checks that nothing is duplicated, out of order or missing.
import type { AgentStatus, MissionControl, SessionActivity } from '#sdk/client';

type Value = AgentStatus | SessionActivity;

/** A value and its register, as text. */
const textOf = (value: Value) => JSON.stringify(value);
const registerOf = (value: Value) =>
  JSON.stringify('sessionId' in value ? [value.agentId, value.sessionId] : [value.agentId]);

/** The values that one listener of each type receives, in order. */
export function listenTo(client: MissionControl): Value[] {
  const heard: Value[] = [];
  client.on('agent:status', (status) => heard.push(status));
  client.on('session:activity', (activity) => heard.push(activity));
  return heard;
}

/** Expects every value at most once, the values of a register in the order of their timestamps, and all of `finals`. */
export function expectHeardOnce(heard: readonly Value[], finals: readonly Value[]): void {
  const counts = new Map<string, number>();
  const newest = new Map<string, number>();
  const faults: string[] = [];
  for (const value of heard) {
    const count = (counts.get(textOf(value)) ?? 0) + 1;
    counts.set(textOf(value), count);
    if (count > 1) faults.push(`heard ${count} times: ${textOf(value)}`);
    const register = registerOf(value);
    if (value.timestamp < (newest.get(register) ?? 0)) faults.push(`went back: ${textOf(value)}`);
    newest.set(register, value.timestamp);
  }
  for (const final of finals) {
    if (counts.get(textOf(final)) !== 1) faults.push(`not heard once: ${textOf(final)}`);
  }
  expect(faults).toEqual([]);
}
