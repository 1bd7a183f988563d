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
 * The origins between which the function chooses. Handshakes go to the first, which is the behavior's own. These names must
 * not change: an updated function is live minutes before the distribution, and would choose an origin that does not exist yet.
 */
export const originIds = {
  webSocket: 'websocket',
  http: 'health',
  dashboard: 'dashboard',
} as const;

/** The code for a stage, as it is deployed: without comments, because CloudFront accepts at most 10 KB. */
export function frontDoorCode(stage: string): string {
  const text = readFileSync(source, 'utf8');
  // This relies on each comment having lines of its own.
  const code = text.replace(/^ *(\/\/.*|\/\*.*\*\/)\n/gm, '').replace(/\n{2,}/g, '\n');
  return code.replace('STAGE_PATH', JSON.stringify(`/${stage}`));
}

export class FrontDoorFunction extends EdgeFunction {
  constructor(scope: Construct, id: string, stage: string) {
    super(scope, id, {
      code: FunctionCode.fromInline(frontDoorCode(stage)),
      comment:
        'Mission Control: handshakes to the WebSocket API, /health and /whoami to theirs, the rest to the dashboard',
      // Only this runtime can choose an origin.
      runtime: FunctionRuntime.JS_2_0,
    });
  }
}
