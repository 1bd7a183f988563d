import cf from 'cloudfront';

// The CloudFront function that selects the origin of each request of the front door. It runs in the JavaScript runtime 2.0:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

// infra/constructs/front-door/front-door-function.ts replaces these two names:
/* global STAGE_PATH -- path of the WebSocket API's stage */
/* global ACCEPTS_REPORTS -- whether there is POST /events */

// CloudFront calls the function by its name.
// eslint-disable-next-line no-unused-vars
function handler(event) {
  const request = event.request;
  const isReport = ACCEPTS_REPORTS && request.method === 'POST' && request.uri === '/events';
  // With POST /events, CloudFront has to accept all methods. It refuses these with the same status if there is no such route.
  if (!isReport && !['GET', 'HEAD', 'OPTIONS'].includes(request.method)) {
    return { statusCode: 403, statusDescription: 'Forbidden' };
  }
  // CloudFront does not pass the headers Upgrade and Connection to functions. This header is required in every handshake, too:
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
  if (!isReport && request.headers['sec-websocket-key'] !== undefined) {
    // The origin of the behavior is the WebSocket API. The first segment of the path is its stage.
    request.uri = STAGE_PATH;
    return request;
  }
  // Other origins do not need query strings and cookies, which could contain tokens. S3 would also interpret a query string.
  request.querystring = {};
  request.cookies = {};
  // Except for handshakes, only /whoami and POST /events read a token, from this header.
  if (request.uri !== '/whoami' && !isReport) delete request.headers['authorization'];
  if (request.uri === '/health' || request.uri === '/whoami' || isReport) {
    cf.selectRequestOriginById('health');
    return request;
  }
  if (request.uri === '/') request.uri = '/index.html';
  cf.selectRequestOriginById('dashboard');
  return request;
}
