// The lines of the output, and its last sentence.
import { conclusionOf, lineOf } from '#verify/report';
import type { Result } from '#verify/run-steps';

const held: Result = { name: 'health', outcome: 'holds' };
const timed: Result = { ...held, milliseconds: { count: 3, p50: 12.4, p99: 1_040 } };
const failed: Result = { name: 'heartbeat', outcome: 'fails', expected: 'a', came: 'b' };
const skipped: Result = { name: 'whoami', outcome: 'not checked', reason: 'its URL is not known' };

it.each([
  [held, 'holds        health'],
  [timed, 'holds        health     p50    12 ms  p99  1040 ms  of 3'],
  [failed, 'FAILS        heartbeat: expected a; came b'],
  [skipped, 'not checked  whoami: its URL is not known'],
])('says in one line what a step has found: %j', (result, line) => {
  expect(lineOf(result, 9)).toBe(line);
});

it.each([
  [[held, timed, skipped], 'All 2 steps that were checked hold.'],
  [[held, failed], '1 of 2 steps that were checked does not hold: heartbeat.'],
  [[failed, failed], '2 of 2 steps that were checked do not hold: heartbeat, heartbeat.'],
])('counts what was checked, and names what fails', (results, sentence) => {
  expect(conclusionOf(results)).toBe(sentence);
});
