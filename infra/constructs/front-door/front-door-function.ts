// The CloudFront function that routes requests of the front door, for one stage.
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
 * The origins between which it chooses; a handshake stays with the first, which is the behavior's own. A name that stands must
 * stay: this function is live minutes before the distribution, and would choose one that is not there yet.
 */
export const originIds = {
  webSocket: 'websocket',
  http: 'health',
  dashboard: 'dashboard',
} as const;

/** The code for a stage, as it is deployed: without comments, for CloudFront takes 10 KB at the most. */
export function frontDoorCode(stage: string): string {
  const text = readFileSync(source, 'utf8');
  // Each comment has lines of its own.
  const code = text.replace(/^ *(\/\/.*|\/\*.*\*\/)\n/gm, '').replace(/\n{2,}/g, '\n');
  return code.replace('STAGE_PATH', JSON.stringify(`/${stage}`));
}

export class FrontDoorFunction extends EdgeFunction {
  constructor(scope: Construct, id: string, stage: string) {
    super(scope, id, {
      code: FunctionCode.fromInline(frontDoorCode(stage)),
      comment:
        'Mission Control: handshakes to the WebSocket API, /health and /whoami to theirs, the rest to the dashboard',
      // Only this one can choose an origin.
      runtime: FunctionRuntime.JS_2_0,
    });
  }
}
