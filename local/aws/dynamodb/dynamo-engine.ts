// Runs DynamoDB operations on dynalite, in memory and in this process, without a server of its own.
import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import type { ServiceResponse } from '../endpoint/service';

/** The operations that dynalite 4 has. */
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
  /** Runs one operation on a request body in DynamoDB's JSON; errors of DynamoDB are responses too. */
  run(operation: EngineOperation, body: Buffer): Promise<ServiceResponse>;
}

// dynalite requires a signature; the real one has been verified by then.
const headers = {
  authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f',
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
};

/**
 * An empty database. dynalite is an HTTP server's request listener, so each operation is handed to it as
 * a request without a socket, and its response is collected. An error that it throws rejects the promise.
 *
 * It differs from DynamoDB in the order of strings in conditions: by UTF-16 units instead of UTF-8 bytes, so that
 * characters above U+FFFF come before those from U+E000 on.
 */
export function createDynamoEngine(): DynamoEngine {
  const server = dynalite({ createTableMs: 0 });
  return {
    run: (operation, body) =>
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
            // The endpoint sets these itself.
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
      }),
  };
}
