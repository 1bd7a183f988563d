// Which part of the gateway answers an HTTP request: a page, or the HTTP API.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopbackHost } from '../support/loopback';
import { foreignHost, ownAnswer, send, serveHttp, type HttpApi } from './http/http-api';
import type { Page } from './pages/page';
import { splitTarget } from './request-values';

export interface RequestListenerDependencies {
  /** By path. */
  readonly pages: ReadonlyMap<string, Page>;
  /** Undefined until it is served. */
  readonly httpApi: () => HttpApi | undefined;
  readonly warn: (sentence: string) => void;
}

export function createRequestListener({ pages, httpApi, warn }: RequestListenerDependencies) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (!isLoopbackHost(request.headers.host)) {
      send(response, foreignHost);
      return;
    }
    const page = pages.get(splitTarget(request.url ?? '').path);
    const api = httpApi();
    if (page !== undefined && ['GET', 'HEAD'].includes(request.method ?? '')) {
      // The response fails if the client has disconnected meanwhile.
      answerWithPage(page, request, response, warn).catch(() => response.destroy());
    } else if (api === undefined) {
      send(response, ownAnswer(503));
    } else {
      // The client has disconnected before its request was complete.
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
