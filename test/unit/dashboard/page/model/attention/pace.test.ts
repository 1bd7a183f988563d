// Paced reports: never too often, and no request is left out.
import fc from 'fast-check';
import { createPaced, type Pace } from '#dashboard/page/model/attention/pace';
import { FakeTime } from '#test/support/client/client-harness';
import { timersOf } from '#test/support/client/timers';

function createHarness(pace: Pace, hasNews: () => boolean = () => true) {
  const time = new FakeTime();
  const startedAt = time.now();
  const reports: number[] = [];
  const paced = createPaced(
    () => {
      if (hasNews()) reports.push(time.now() - startedAt);
      return hasNews();
    },
    pace,
    timersOf(time),
  );
  return { time, reports, paced };
}

it('reports at once without a delay, and then no sooner than the gap allows', async () => {
  const { time, reports, paced } = createHarness({ delayMilliseconds: 0, gapMilliseconds: 500 });
  paced.request();
  paced.request();
  await time.pass(100);
  paced.request();
  await time.pass(1_000);
  expect(reports).toEqual([0, 500]);
});

it('does not wait for the gap after a report without news', async () => {
  let hasNews = false;
  const pace = { delayMilliseconds: 0, gapMilliseconds: 500 };
  const { time, reports, paced } = createHarness(pace, () => hasNews);
  paced.request();
  await time.pass(100);
  hasNews = true;
  paced.request();
  expect(reports).toEqual([100]);
});

it('does not report after it was stopped', async () => {
  const { time, reports, paced } = createHarness({ delayMilliseconds: 50, gapMilliseconds: 500 });
  paced.request();
  paced.stop();
  await time.pass(1_000);
  expect([reports, time.pending]).toEqual([[], 0]);
});

it('reports each request after the delay, within the gap, and once for all within it', async () => {
  const waits = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(waits, async (steps) => {
      const pace = { delayMilliseconds: 50, gapMilliseconds: 500 };
      const { time, reports, paced } = createHarness(pace);
      const requests: number[] = [];
      let at = 0;
      for (const step of steps) {
        await time.pass(step);
        at += step;
        paced.request();
        requests.push(at);
      }
      await time.pass(2_000);
      for (const request of requests) {
        const next = reports.find((each) => each >= request) ?? Infinity;
        expect(next - request).toBeLessThanOrEqual(550);
      }
      reports.slice(1).forEach((each, index) => {
        expect(each - (reports[index] ?? 0)).toBeGreaterThanOrEqual(500);
      });
    }),
  );
});
