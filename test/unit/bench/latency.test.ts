// The steps into which `latency` divides an event and a handshake, the percentiles, and the table.
import { formatLatencyTable, resultOf, type LatencyResult } from '#bench/latency/results';
import { stepNames, timeEvent, timeHandshake } from '#bench/latency/steps';
import type { AnsweredRequest } from '#local/index';

type Seen = [
  sender: string,
  operation: string,
  body: string,
  receivedAt: number,
  answeredAt: number,
];

const seen = (requests: readonly Seen[]): AnsweredRequest[] =>
  requests.map(([sender, operation, body, receivedAt, answeredAt]) => ({
    ...{ service: 'dynamodb', sender, operation, body: Buffer.from(body), receivedAt, answeredAt },
  }));

const broadcast = 'mission-control-broadcast';
const eventRequests: readonly Seen[] = [
  ['local', 'PutEvents', '{"Source":"mission-control"}', 101, 104],
  [broadcast, 'PutItem', '{"pk":{"S":"lease"}}', 106, 110],
  [broadcast, 'UpdateItem', '{"pk":{"S":"state#3"}}', 107, 112],
  [broadcast, 'Query', '{":pk":{"S":"connections#0"}}', 108, 111],
  [broadcast, 'Query', '{":pk":{"S":"connections#15"}}', 109, 118],
  // They belong to no step: the list after the first message, the register after the fan-out, another function.
  [broadcast, 'Query', '{":pk":{"S":"connections#1"}}', 121, 140],
  [broadcast, 'UpdateItem', '{"pk":{"S":"state#3"}}', 131, 133],
  ['mission-control-health', 'Query', '{":pk":{"S":"connections#2"}}', 90, 119],
];

it('divides an event into the bus, the invocation, the register, the list of connections, and the posts', () => {
  const requests = seen(eventRequests);
  expect(timeEvent({ sentAt: 100, requests, firstAt: 120, lastAt: 130 })).toEqual({
    total: 30,
    steps: [4, 2, 6, 6, 2, 10],
  });
});

it('counts a step that has ended beside the step before it as 0', () => {
  const requests = seen(eventRequests.filter(([, , body]) => !body.includes('connections#15')));
  const { total, steps } = timeEvent({ sentAt: 100, requests, firstAt: 120, lastAt: 130 });
  expect(steps).toEqual([4, 2, 6, 0, 8, 10]);
  expect(steps.reduce((sum, step) => sum + step, 0)).toBe(total);
});

it('names the steps that were not seen', () => {
  const requests = seen(eventRequests.filter(([, operation]) => operation !== 'Query'));
  expect(() => timeEvent({ sentAt: 100, requests, firstAt: 120, lastAt: 130 })).toThrow(
    'The event had no request of the step listing.',
  );
});

it('divides a handshake into the authorizer, the record, and the snapshot that follows', () => {
  const requests = seen([
    ['mission-control-connect', 'UpdateItem', '', 205, 207],
    ['mission-control-connect', 'PutItem', '', 208, 212],
    ['mission-control-default', 'UpdateItem', '', 220, 222],
    ['mission-control-default', 'Query', '', 221, 240],
  ]);
  const times = { startedAt: 200, requests, openAt: 215, snapshotAt: 243 };
  expect(timeHandshake(times)).toEqual({ total: 43, steps: [5, 7, 3, 5, 20, 3] });
});

it('takes the percentiles of the whole and of each step by itself', () => {
  const timings = Array.from({ length: 100 }, (_, index) => ({
    total: index,
    steps: stepNames.event.map((_step, step) => (step === 5 ? 99 - index : step)),
  }));
  const result = resultOf('event', 1_000, timings);
  expect(result).toMatchObject({ connections: 1_000, runs: 100 });
  expect(result).toMatchObject({ p50Milliseconds: 49, p99Milliseconds: 98 });
  expect(result.steps[2]).toEqual({ step: 'register', p50Milliseconds: 2, p99Milliseconds: 2 });
  expect(result.steps[5]).toEqual({ step: 'last post', p50Milliseconds: 49, p99Milliseconds: 98 });
});

it('prints a row for each step, and one for the whole', () => {
  const result: LatencyResult = {
    ...{ measurement: 'event', connections: 1_000, runs: 100 },
    ...{ p50Milliseconds: 80.04, p99Milliseconds: 120 },
    steps: [{ step: 'bus', p50Milliseconds: 3.25, p99Milliseconds: 9 }],
  };
  const cells = formatLatencyTable([result])
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells.slice(2)).toEqual([
    ['', 'event to message', '1,000', 'bus', '3.3', '9.0', ''],
    ['', 'event to message', '1,000', 'all', '80.0', '120.0', ''],
  ]);
});
