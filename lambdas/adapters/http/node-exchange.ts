// Sends requests with the HTTP client of Node.js.
import * as http from 'node:http';
import * as https from 'node:https';
import type { OpenExchange } from './exchange';
import { answerTo } from './node-answer';

export const openNodeExchange: OpenExchange = (origin, { sockets, timeoutMilliseconds }) => {
  const { protocol, hostname, port } = new URL(origin);
  const { Agent, request } = protocol === 'http:' ? http : https;
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, scheduling: 'lifo' });

  return async ({ path, headers, body }) => {
    const sent = request({ agent, hostname, port, path, method: 'POST' });
    for (let at = 0; at < headers.length; at += 2) {
      sent.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
    }
    const answer = await answerTo(sent, timeoutMilliseconds, body);
    return { status: answer.status, text: answer.body.toString() };
  };
};
