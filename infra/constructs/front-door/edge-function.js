import cf from 'cloudfront';

// The CloudFront function that selects the origin of each request of the front door. It runs in the JavaScript runtime 2.0:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

/* global STAGE_PATH -- path of the WebSocket API's stage; infra/constructs/front-door/front-door-function.ts replaces it */

// CloudFront calls the function by its name.
// eslint-disable-next-line no-unused-vars
function handler(event) {
  const request = event.request;
  // CloudFront does not pass the headers Upgrade and Connection to functions. This header is required in every handshake, too:
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
  if (request.headers['sec-websocket-key'] !== undefined) {
    // The origin of the behavior is the WebSocket API. The first segment of the path is its stage.
    request.uri = STAGE_PATH;
    return request;
  }
  // Other origins do not need query strings and cookies, which could contain tokens. S3 would also interpret a query string.
  request.querystring = {};
  request.cookies = {};
  // Except for handshakes, only /whoami reads a token, from this header.
  if (request.uri !== '/whoami') delete request.headers['authorization'];
  if (request.uri === '/health' || request.uri === '/whoami') {
    cf.selectRequestOriginById('health');
    return request;
  }
  if (request.uri === '/') request.uri = '/index.html';
  cf.selectRequestOriginById('dashboard');
  return request;
}
