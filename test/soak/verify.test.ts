// `npm run verify` names the step when one part of the service is broken. Each case breaks one part of a local stack of its own.
import { startLocalStack, type LocalStack } from '#local/index';
import { createVerifyCommand } from '#verify/command';
import type { Report } from '#verify/report';

interface Broken {
  /** Breaks a part of the running stack. */
  readonly inject: (stack: LocalStack) => unknown;
  /** The steps that fail, with what came. */
  readonly fails: Readonly<Record<string, RegExp>>;
}

const handshakes = ['the Authorization header', 'the subprotocol', 'the query parameter'];
const everyHandshake = (came: RegExp) =>
  Object.fromEntries(handshakes.map((way) => [`handshake with ${way}`, came]));

/** A function that does not start. */
const failing = (name: string) => (stack: LocalStack) =>
  stack.functions.get(`mission-control-${name}`)?.close();

/** Refuses operations on one kind of items, as DynamoDB does without the permission. */
const denied = (operation: string, partition: string) => (stack: LocalStack) => {
  stack.injectFault({
    ...{ service: 'dynamodb', operation },
    when: ({ body }) => body.toString().includes(`"${partition}`),
    effect: { kind: 'status', status: 400, code: 'AccessDeniedException' },
  });
};

const refusedHandshakes = [
  'no token',
  'a text that is no token',
  'another signature',
  'another user in a signed token',
  'a token without a signature',
];

const nothing = /^nothing within 20 s$/;

const cases: Readonly<Record<string, Broken>> = {
  authorizer: {
    inject: failing('authorizer'),
    fails: {
      ...everyHandshake(/^HTTP 500$/),
      ...Object.fromEntries(refusedHandshakes.map((name) => [`refuses ${name}`, /^HTTP 500$/])),
    },
  },
  connect: { inject: failing('connect'), fails: everyHandshake(/^HTTP 50\d$/) },
  default: {
    inject: failing('default'),
    fails: {
      'ping to pong': /Internal server error/,
      'state sync': /Internal server error/,
      'token refresh': /Internal server error/,
      'refuses a refresh with another signature': nothing,
    },
  },
  broadcast: {
    inject: failing('broadcast'),
    fails: { 'event to message': nothing, 'session activity to message': nothing },
  },
  heartbeat: { inject: failing('heartbeat'), fails: { heartbeat: nothing } },
  health: {
    inject: failing('health'),
    fails: { health: /^HTTP 50\d/, 'health counts the connection': /^HTTP 50\d/ },
  },
  whoami: { inject: failing('whoami'), fails: { whoami: /^HTTP 50\d/ } },
  'permission to write connections': {
    inject: denied('PutItem', 'connections#'),
    fails: everyHandshake(/^HTTP 50\d$/),
  },
  'permission to read registers': {
    inject: denied('Query', 'state#'),
    fails: { 'state sync': /"code":"unavailable"/ },
  },
  'permission to read connections': {
    inject: denied('Query', 'connections#'),
    fails: { ...everyHandshake(/^HTTP 50\d$/), health: /^HTTP 503 .*"status":"error"/ },
  },
  'permission to put events': {
    inject: (stack) => {
      const effect = { kind: 'status', status: 400, code: 'AccessDeniedException' } as const;
      stack.injectFault({ service: 'events', operation: 'PutEvents', effect });
    },
    fails: {
      'event to message': /AccessDenied/,
      'session activity to message': /AccessDenied/,
      'clean-up': /AccessDenied/,
    },
  },
};

let stack: LocalStack | undefined;

afterEach(async () => {
  await stack?.close();
  stack = undefined;
});

/** Verifies the stack with short timeouts. @returns the exit code and the results */
async function verify({ webSocketUrl, awsEndpointUrl, mintToken }: LocalStack) {
  let printed = '';
  const command = createVerifyCommand({
    token: await mintToken(),
    fetch,
    outputsOf: () => Promise.reject(new Error('There is no CloudFormation here.')),
    interrupted: () => new Promise(() => undefined),
    pauseMilliseconds: 0,
  });
  const addresses = ['--url', webSocketUrl, '--aws-port', new URL(awsEndpointUrl).port];
  const short = ['--times', '1', '--events', '2', '--timeout', '20', '--heartbeat-timeout', '20'];
  const code = await command([...addresses, ...short, '--json'], {
    print: (text) => (printed += text),
    complain: () => undefined,
  });
  const { steps } = JSON.parse(printed) as Report;
  const failed = steps.flatMap((step) =>
    step.outcome === 'fails' ? [[step.name, step.came] as const] : [],
  );
  return { code, steps, failed: Object.fromEntries(failed) };
}

const settings = { heartbeatSeconds: 2 };

it('nothing fails while nothing is broken', async () => {
  stack = await startLocalStack({ settings });
  await expect(verify(stack)).resolves.toMatchObject({ code: 0, failed: {} });
}, 120_000);

it.each(Object.entries(cases))(
  'names the steps that fail, and what came, while this is broken: %s',
  async (_, { inject, fails }) => {
    stack = await startLocalStack({ settings });
    await inject(stack);
    const { code, failed } = await verify(stack);
    expect(failed).toEqual(
      Object.fromEntries(
        Object.entries(fails).map(([name, came]) => [name, expect.stringMatching(came) as unknown]),
      ),
    );
    expect(code).toBe(1);
  },
  180_000,
);
