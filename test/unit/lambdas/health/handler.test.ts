import type { HealthReport } from '#core/requests/health';
import { createHandler } from '#lambdas/health/handler';

const report: HealthReport = {
  status: 'ok',
  timestamp: '2026-02-05T21:50:00.000Z',
  gateway: 'not configured',
  websocket: { status: 'running', connections: 5, connectedUsers: 3 },
  config: { gatewayUrl: null, useMockData: false },
};

it.each([
  ['ok', 200],
  ['degraded', 200],
  ['error', 503],
] as const)('answers %s with HTTP %i, as JSON that is not cached', async (status, statusCode) => {
  const handler = createHandler({ health: () => Promise.resolve({ ...report, status }) });
  const response = await handler();
  expect(response.statusCode).toBe(statusCode);
  expect(response.headers).toEqual({
    'content-type': 'application/json',
    'cache-control': 'no-store',
  });
  expect(JSON.parse(response.body ?? '')).toEqual({ ...report, status });
});
