// Handles GET /health.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Health } from '#core/requests/health';

export function createHandler({ health }: { readonly health: Health }) {
  return async (): Promise<APIGatewayProxyStructuredResultV2> => {
    const report = await health();
    return {
      statusCode: report.status === 'error' ? 503 : 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(report),
    };
  };
}
