// The Python package and the local stack: what a program with nothing but the wheel reports is on a dashboard.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { startLocalStack, type LocalStack } from '#local/index';
import { localReportScope } from '#local/issuer/issuer';
import { installMilliseconds, pythonPrograms } from '../support/python-environment';
import { TestClient } from '../support/stack/test-client';
import { buildDistributions, cleanEnvironment, installAlone, packageFolder } from './package';

const run = promisify(execFile);

let stack: LocalStack;
let alone: string;
let token: string;

beforeAll(async () => {
  const { wheel } = await buildDistributions();
  alone = await installAlone(wheel, 'python-alone-end-to-end');
  stack = await startLocalStack();
  token = await stack.mintToken({ sub: 'machine', claims: { scope: localReportScope } });
}, 2 * installMilliseconds);
afterEach(() => TestClient.closeAll());
afterAll(() => stack.close());

const dashboard = async () =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub: 'alice' }) });

it('reports over HTTPS in one line, and says why a token is refused', async () => {
  const client = await dashboard();
  const report = (given: string) =>
    run(
      alone,
      [
        '-c',
        'import sys; from mission_control_realtime import MissionControl; ' +
          'MissionControl(sys.argv[1], token=sys.argv[2]).agent_status("agent-py", "online")',
        stack.httpUrl,
        given,
      ],
      { env: cleanEnvironment },
    );
  await expect(report(token)).resolves.toEqual({ stdout: '', stderr: '' });
  await client.received('agent:status');
  expect(client.messagesOf('agent:status')).toMatchObject([
    { payload: { agentId: 'agent-py', status: 'online' } },
  ]);
  const user = await stack.mintToken({ sub: 'alice' });
  await expect(report(user)).resolves.toEqual({
    stdout: '',
    stderr: 'The token is refused (Forbidden): agent:status of agent-py.\n',
  });
});

it('reports to the event bus with boto3', async () => {
  const client = await dashboard();
  const program =
    'from mission_control_realtime import MissionControl\n' +
    `with MissionControl(event_bus="${stack.eventBusName}") as mission_control:\n` +
    '    mission_control.session_activity("agent-py", "session-1", "Grüße \\U0001f600").result()';
  await run(path.join(await pythonPrograms('python'), 'python'), ['-c', program], {
    env: {
      ...cleanEnvironment,
      PYTHONPATH: path.join(packageFolder, 'src'),
      AWS_ENDPOINT_URL: stack.awsEndpointUrl,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
  });
  await client.received('session:activity');
  expect(client.messagesOf('session:activity')).toMatchObject([
    { payload: { agentId: 'agent-py', sessionId: 'session-1', lastMessage: 'Grüße 😀' } },
  ]);
});
