// Routes each HTTP request to a page or to the HTTP API.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopbackHost } from '../support/loopback';
import { foreignHost, ownAnswer, send, serveHttp, type HttpApi } from './http/http-api';
import type { Page } from './pages/page';
import { splitTarget } from './request-values';

export interface RequestListenerDependencies {
  /** The pages by path. */
  readonly pages: ReadonlyMap<string, Page>;
  /** Undefined before the HTTP API is served: then all requests except those for pages get 503. */
  readonly httpApi: () => HttpApi | undefined;
  readonly warn: (sentence: string) => void;
}

/** The listener for `request` of node:http. Requests with a `Host` that is not a name of this machine get 403. */
export function createRequestListener({ pages, httpApi, warn }: RequestListenerDependencies) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (!isLoopbackHost(request.headers.host)) {
      send(response, foreignHost);
      return;
    }
    const page = pages.get(splitTarget(request.url ?? '').path);
    const api = httpApi();
    if (page !== undefined && ['GET', 'HEAD'].includes(request.method ?? '')) {
      // Sending fails if the client has disconnected.
      answerWithPage(page, request, response, warn).catch(() => response.destroy());
    } else if (api === undefined) {
      send(response, ownAnswer(503));
    } else {
      // Reading fails if the client disconnects before its request is complete.
      serveHttp(api, request, response).catch(() => response.destroy());
    }
  };
}

async function answerWithPage(
  page: Page,
  request: IncomingMessage,
  response: ServerResponse,
  warn: (sentence: string) => void,
): Promise<void> {
  const answer = await Promise.resolve(request)
    .then(page)
    .catch((error: unknown) => {
      warn(`A page failed: ${error instanceof Error ? error.message : String(error)}`);
      return ownAnswer(500);
    });
  send(response, answer);
}
