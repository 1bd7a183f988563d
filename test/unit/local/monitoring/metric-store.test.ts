import { MetricStore, type MetricId } from '#local/monitoring/metric-store';

const metric: MetricId = { namespace: 'Test', name: 'Time', dimensions: { a: '1', b: '2' } };

function storeOf(values: readonly (readonly [at: number, value: number])[]): MetricStore {
  const store = new MetricStore([metric], 1_000);
  for (const [at, value] of values) store.record({ metric, value, at });
  return store;
}

it.each([
  ['Sum', 6],
  ['Average', 2],
  ['Maximum', 3],
  ['Minimum', 1],
  ['SampleCount', 3],
  ['p50', 2],
  ['p99', 3],
])('calculates the statistic %s of 3, 1 and 2: %d', (statistic, value) => {
  const store = storeOf([
    [0, 3],
    [5, 1],
    [9, 2],
  ]);
  expect(store.statistic(metric, statistic, 0, 10)).toBe(value);
});

it('excludes one outlier of 200 values from the 99th percentile', () => {
  const store = storeOf(
    Array.from({ length: 200 }, (_, index) => [index, index === 0 ? 9_999 : 1]),
  );
  expect(store.statistic(metric, 'p99', 0, 1_000)).toBe(1);
  expect(store.statistic(metric, 'p100', 0, 1_000)).toBe(9_999);
});

it('includes the start of a period and excludes its end', () => {
  const store = storeOf([
    [9, 1],
    [10, 2],
    [19, 4],
    [20, 8],
  ]);
  expect(store.statistic(metric, 'Sum', 10, 20)).toBe(6);
  expect(store.statistic(metric, 'Sum', 30, 40)).toBeUndefined();
});

it('ignores the order of dimensions, and distinguishes metrics by their dimensions', () => {
  const store = storeOf([[0, 1]]);
  const turned = { ...metric, dimensions: { b: '2', a: '1' } };
  store.record({ metric: turned, value: 2, at: 0 });
  store.record({ metric: { ...metric, dimensions: { a: '1' } }, value: 4, at: 0 });
  expect(store.statistic(turned, 'Sum', 0, 1)).toBe(3);
});

it('deletes values that are older than the retention time', () => {
  const store = storeOf([
    [0, 1],
    [500, 2],
    [1_200, 4],
  ]);
  expect(store.statistic(metric, 'Sum', 0, 2_000)).toBe(6);
});
