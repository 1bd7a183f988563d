// Real clients and a real socket: no event is lost if credentials fail once or expire.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisher, type PublisherOptions } from '#sdk/publisher';

/** The server accepts events that are signed with this key, and answers others as EventBridge does. */
let validKey = 'KEY1';
let keysSeen: string[] = [];
let server: Server;

beforeEach(async () => {
  [validKey, keysSeen] = ['KEY1', []];
  server = createServer((request, response) => {
    const [, key = ''] = /Credential=([^/]+)/.exec(request.headers.authorization ?? '') ?? [];
    keysSeen.push(key);
    request.resume();
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (key !== validKey) response.statusCode = 400;
    response.end(
      JSON.stringify(
        key === validKey
          ? { FailedEntryCount: 0, Entries: [{ EventId: 'event-1' }] }
          : { __type: 'ExpiredTokenException', message: 'The security token has expired' },
      ),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function publisherWith(options: PublisherOptions['clientConfiguration']) {
  return createPublisher({
    onError: () => undefined,
    sleep: () => Promise.resolve(),
    clientConfiguration: {
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      requestHandler: {},
      ...options,
    },
  });
}

const key = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: 'secret' });

it('calls the credentials provider again if it fails once', async () => {
  let asked = 0;
  const publisher = publisherWith({
    credentials: () =>
      (asked += 1) === 1 ? Promise.reject(new Error('busy')) : Promise.resolve(key('KEY1')),
  });
  await publisher.broadcastAgentStatus('agent-1', 'online');
  await publisher.close();
  expect([asked, keysSeen]).toEqual([2, ['KEY1']]);
});

it('replaces credentials that AWS reports as expired, also if they have no expiration', async () => {
  let asked = 0;
  const publisher = publisherWith({
    credentials: () => Promise.resolve(key(`KEY${(asked += 1)}`)),
  });
  await publisher.broadcastAgentStatus('agent-1', 'online');
  validKey = 'KEY2';
  await publisher.broadcastAgentStatus('agent-1', 'offline');
  await publisher.close();
  expect(keysSeen).toEqual(['KEY1', 'KEY1', 'KEY2']);
});

it('rejects after the last attempt if the credentials remain expired', async () => {
  const publisher = publisherWith({ credentials: key('KEY0') });
  await expect(publisher.broadcastAgentStatus('agent-1', 'online')).rejects.toMatchObject({
    code: 'not_sent',
    entries: [{ reason: 'ExpiredTokenException' }],
  });
  await publisher.close();
  expect(keysSeen).toEqual(['KEY0', 'KEY0', 'KEY0', 'KEY0', 'KEY0']);
});

it('reads the credentials file again after another program has replaced the keys', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mission-control-test-'));
  const file = join(folder, 'credentials');
  const write = ({ accessKeyId, secretAccessKey }: ReturnType<typeof key>) =>
    writeFile(
      file,
      `[default]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`,
    );
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  }
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = file;
  process.env['AWS_CONFIG_FILE'] = join(folder, 'config');
  try {
    await write(key('KEY1'));
    const publisher = publisherWith({});
    await publisher.broadcastAgentStatus('agent-1', 'online');
    validKey = 'KEY2';
    await write(key('KEY2'));
    await publisher.broadcastAgentStatus('agent-1', 'offline');
    await publisher.close();
    expect(keysSeen).toEqual(['KEY1', 'KEY1', 'KEY2']);
  } finally {
    process.env = before;
    await rm(folder, { recursive: true });
  }
});
