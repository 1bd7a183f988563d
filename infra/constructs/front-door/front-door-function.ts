// The CloudFront function that selects the origin of each request of the front door.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  Function as EdgeFunction,
  FunctionCode,
  FunctionRuntime,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';

const source = path.join(__dirname, 'edge-function.js');

/**
 * The ids of the origins that the function selects. Handshakes go to `webSocket`, the default of the behavior. These ids must not
 * change: an updated function is live minutes before the distribution, and would select an origin that does not exist yet.
 */
export const originIds = {
  webSocket: 'websocket',
  http: 'health',
  dashboard: 'dashboard',
} as const;

export interface FrontDoorRouting {
  readonly stage: string;
  /** Whether there is POST /events. */
  readonly acceptsReports: boolean;
}

/** The deployed code of the function. It has no comments, because CloudFront accepts at most 10 KB. */
export function frontDoorCode({ stage, acceptsReports }: FrontDoorRouting): string {
  const text = readFileSync(source, 'utf8');
  // Each comment of the source must be on separate lines.
  const code = text.replace(/^ *(\/\/.*|\/\*.*\*\/)\n/gm, '').replace(/\n{2,}/g, '\n');
  return code
    .replace('STAGE_PATH', JSON.stringify(`/${stage}`))
    .replace('ACCEPTS_REPORTS', String(acceptsReports));
}

export class FrontDoorFunction extends EdgeFunction {
  constructor(scope: Construct, id: string, routing: FrontDoorRouting) {
    super(scope, id, {
      code: FunctionCode.fromInline(frontDoorCode(routing)),
      comment:
        'Mission Control: handshakes to the WebSocket API, /health and /whoami to theirs, the rest to the dashboard',
      // Only this runtime can select an origin.
      runtime: FunctionRuntime.JS_2_0,
    });
  }
}
