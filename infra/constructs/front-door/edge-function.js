import cf from 'cloudfront';

// Sends each request of the front door to whom it is for. CloudFront runs this, in its JavaScript runtime 2.0, before
// everything else: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

/* global STAGE_PATH -- the stage of the WebSocket API, put in by infra/constructs/front-door/front-door-function.ts */

// CloudFront calls it by its name.
// eslint-disable-next-line no-unused-vars
function handler(event) {
  const request = event.request;
  // Functions do not get to see the headers Upgrade and Connection, but this one, which every handshake must have:
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
  if (request.headers['sec-websocket-key'] !== undefined) {
    // A handshake stays with the origin of the behavior, the WebSocket API, which knows its stage by the path.
    request.uri = STAGE_PATH;
    return request;
  }
  // Nobody else reads a query or a cookie, so nobody else is told a token in one; and to S3 a query would be a command.
  request.querystring = {};
  request.cookies = {};
  // Besides a handshake, only /whoami asks for a token, in this header.
  if (request.uri !== '/whoami') delete request.headers['authorization'];
  if (request.uri === '/health' || request.uri === '/whoami') {
    cf.selectRequestOriginById('health');
    return request;
  }
  if (request.uri === '/') request.uri = '/index.html';
  cf.selectRequestOriginById('dashboard');
  return request;
}
