// Runs DynamoDB operations on dynalite, in memory and in this process, without an HTTP server.
import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import type { ServiceResponse } from '../endpoint/service';

/** The operations of dynalite 4 that the local stack supports. */
export const engineOperations = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
] as const;

export type EngineOperation = (typeof engineOperations)[number];

export interface DynamoEngine {
  /** Runs one operation. `body` is the request in DynamoDB's JSON. DynamoDB's errors are responses, too. */
  run(operation: EngineOperation, body: Buffer): Promise<ServiceResponse>;
}

export interface ClosableDynamoEngine extends DynamoEngine {
  /** Resolves when no operation is under way. Later ones reject. */
  close(): Promise<void>;
}

// dynalite requires a signature, but does not verify it. The endpoint has verified the real one.
const headers = {
  authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f',
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
};

/**
 * Creates an empty database. dynalite is an HTTP server's request listener, so `run` passes each operation to it as
 * a request without a socket, and collects the response. If dynalite throws, `run` rejects.
 *
 * Conditions compare strings by UTF-16 code units, not by UTF-8 bytes as in DynamoDB, so characters above U+FFFF
 * precede those from U+E000 to U+FFFF.
 */
export function createDynamoEngine(): ClosableDynamoEngine {
  const server = dynalite({ createTableMs: 0 });
  const underWay = new Set<Promise<ServiceResponse>>();
  let isClosed = false;
  const send: DynamoEngine['run'] = (operation, body) =>
    new Promise((resolve, reject) => {
      const request = Object.assign(new EventEmitter(), {
        method: 'POST',
        url: '/',
        headers: { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` },
      });
      const responseHeaders: Record<string, string> = {};
      const response = {
        statusCode: 200,
        setHeader(name: string, value: string | number) {
          // The endpoint sets these headers itself.
          if (/^(content-length|x-amzn-requestid)$/i.test(name)) return;
          responseHeaders[name.toLowerCase()] = String(value);
        },
        end(text: string) {
          resolve({ status: response.statusCode, headers: responseHeaders, body: text });
        },
      };
      try {
        server.emit('request', request, response);
        request.emit('data', body);
        request.emit('end');
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  return {
    run(operation, body) {
      if (isClosed) return Promise.reject(new Error('The database is closed.'));
      const answer = send(operation, body).finally(() => underWay.delete(answer));
      underWay.add(answer);
      return answer;
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(underWay);
    },
  };
}
