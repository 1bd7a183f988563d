// A Python process that keeps an agent alive and is killed: dashboards see the agent offline in time.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { startLocalStack } from '#local/index';
import { localReportScope } from '#local/issuer/issuer';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/stack/test-client';
import { cleanEnvironment, packageFolder } from './package';

it('shows the agent of a killed process as offline within its time to live and a heartbeat', async () => {
  const stack = await startLocalStack({ settings: { heartbeatSeconds: 5 } });
  const token = await stack.mintToken({ sub: 'machine', claims: { scope: localReportScope } });
  const client = await TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({}) });
  const program =
    'import sys, time; from mission_control_realtime import MissionControl\n' +
    'MissionControl(sys.argv[1], token=sys.argv[2]).keep_alive("agent-py", every_seconds=5)\n' +
    'time.sleep(600)';
  const child = spawn('python3', ['-c', program, stack.httpUrl, token], {
    env: { ...cleanEnvironment, PYTHONPATH: path.join(packageFolder, 'src') },
    stdio: 'inherit',
  });
  try {
    await client.received('agent:status');
    child.kill('SIGKILL');
    await eventually(() => {
      const statuses = client.messagesOf('agent:status').map(({ payload }) => payload['status']);
      // The next report is broadcast, too, if it arrives before the first has been broadcast, as on a busy machine.
      const repeated = (status: unknown, index: number) =>
        status === 'online' && statuses[index - 1] === 'online';
      expect(statuses.filter((status, index) => !repeated(status, index))).toEqual([
        'online',
        'offline',
      ]);
    }, 60_000);
  } finally {
    child.kill('SIGKILL');
    await TestClient.closeAll();
    await stack.close();
  }
}, 180_000);
