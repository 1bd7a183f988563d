// Sockets that are kept alive, to servers that close them, answer late, early or wrongly.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  connect,
  createServer,
  type AddressInfo,
  type LookupFunction,
  type Socket,
} from 'node:net';
import { wasClosed } from '#adapters/http/exchange';
import { createOpener, KeptSocket } from '#adapters/http/kept-socket';
import { eventually } from '#test/support/eventually';
import { holdTimeouts, passTime, releaseTimeouts } from '#test/support/timeouts';

/** A socket of the server. */
interface Accepted {
  readonly socket: Socket;
  isClosed: boolean;
}

const okay = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
const answerOkay = (socket: Socket) => socket.write(okay);

let accepted: Accepted[] = [];
let answer: (socket: Socket) => unknown = answerOkay;
const server = createServer((socket) => {
  const entry = { socket, isClosed: false };
  accepted.push(entry);
  socket.on('data', () => answer(socket));
  socket.on('error', () => undefined);
  socket.on('close', () => (entry.isClosed = true));
});
let open: () => Socket;
const kept: KeptSocket[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open = createOpener(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
beforeEach(() => {
  accepted = [];
  answer = answerOkay;
});
afterEach(() => {
  releaseTimeouts();
  jest.restoreAllMocks();
  for (const socket of kept.splice(0)) socket.close();
  for (const { socket } of accepted) socket.destroy();
});
afterAll(() => server.close());

function create(timeoutMilliseconds = 5_000): KeptSocket {
  const socket = new KeptSocket(open, { timeoutMilliseconds, keepAliveMilliseconds: 10_000 });
  kept.push(socket);
  return socket;
}

/** Sends a request. @returns the status and the body of the answer */
function send(socket: KeptSocket, request = 'POST / HTTP/1.1\r\n\r\n'): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.send(request, {
      onAnswer(status, body) {
        resolve(`${status} ${Buffer.concat(body).toString()}`);
      },
      onFailure: reject,
    });
  });
}

/** Gives the system time for what was sent, while nothing of it is read. */
function letArrive(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
}

it('one socket is used for all requests', async () => {
  const socket = create();
  for (let count = 0; count < 3; count += 1) await expect(send(socket)).resolves.toBe('200 {}');
  expect(accepted).toHaveLength(1);
});

it('an idle socket does not keep the process running', async () => {
  const running = () =>
    process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length;
  let runningWithRequest = 0;
  answer = (socket) => {
    runningWithRequest = running();
    answerOkay(socket);
  };
  const socket = create();
  for (let count = 0; count < 2; count += 1) {
    await send(socket);
    // The socket of the server still does.
    expect(running()).toBe(runningWithRequest - 1);
  }
});

it('a request may be sent while the answer to the one before is handed over', async () => {
  const socket = create();
  const second = new Promise<string>((resolve, reject) => {
    socket.send('POST / HTTP/1.1\r\n\r\n', {
      onAnswer: () => {
        send(socket).then(resolve, reject);
      },
      onFailure: reject,
    });
  });
  await expect(second).resolves.toBe('200 {}');
  expect(accepted).toHaveLength(1);
});

it.each([
  ['with an answer', ''],
  ['without its end', 'x'],
])('an idle socket does not hold the body of an answer %s', async (_what, more) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const bytes = 20_000_000;
  const bytesInUse = () => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  answer = (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes + more.length}\r\n\r\n`);
    socket.end(Buffer.alloc(bytes));
  };
  const socket = create();
  const before = bytesInUse();
  await send(socket).catch(() => undefined);
  await eventually(() => {
    expect(bytesInUse() - before).toBeLessThan(bytes / 2);
  });
});

it('an error of who gets an answer is not taken for one of the next request, and is thrown', async () => {
  holdTimeouts();
  const opened = open();
  const socket = new KeptSocket(() => opened, {
    timeoutMilliseconds: 5_000,
    keepAliveMilliseconds: 1_000,
  });
  kept.push(socket);
  let second: Promise<string> | undefined;
  await send(socket);
  socket.send('POST / HTTP/1.1\r\n\r\n', {
    onAnswer() {
      second = send(socket);
      throw new Error('of the handler');
    },
    onFailure: () => undefined,
  });
  expect(() => opened.emit('data', Buffer.from(okay))).toThrow('of the handler');
  await expect(second).resolves.toBe('200 {}');
});

it('a socket that was idle for longer than it is kept alive is not used again', async () => {
  holdTimeouts();
  const socket = create();
  await send(socket);
  jest.setSystemTime(Date.now() + 9_999);
  await send(socket);
  expect(accepted).toHaveLength(1);
  jest.setSystemTime(Date.now() + 10_000);
  await send(socket);
  expect(accepted).toHaveLength(2);
  releaseTimeouts();
  await eventually(() => {
    expect(accepted[0]?.isClosed).toBe(true);
  });
});

it('a socket that its server soon closes is not used again', async () => {
  answer = (socket) =>
    socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n');
  holdTimeouts();
  const socket = create();
  await send(socket);
  jest.setSystemTime(Date.now() + 3_999);
  await send(socket);
  expect(accepted).toHaveLength(1);
  jest.setSystemTime(Date.now() + 4_000);
  await send(socket);
  expect(accepted).toHaveLength(2);
});

it('a socket that its server has closed meanwhile is opened again', async () => {
  const socket = create();
  await send(socket);
  accepted[0]?.socket.end();
  await eventually(() => {
    expect(accepted[0]?.isClosed).toBe(true);
  });
  await expect(send(socket)).resolves.toBe('200 {}');
  expect(accepted).toHaveLength(2);
});

it.each<[string, (socket: Socket) => unknown]>([
  ['closed', (socket) => socket.destroy()],
  ['sent an answer to no request on', (socket) => socket.write('HTTP/1.1 408 Late\r\n\r\n')],
])('a socket that its server has %s is opened again, before that was read', async (_what, act) => {
  const socket = create();
  await send(socket);
  for (const entry of accepted) act(entry.socket);
  letArrive();
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000);
  await expect(send(socket)).resolves.toBe('200 {}');
  expect(accepted).toHaveLength(2);
});

it.each([
  ['closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}'],
  ['sends more than its answer', `${okay}HTTP/1.1 500 Internal Server Error\r\n\r\n`],
])('a socket that %s is opened again', async (_what, text) => {
  answer = (socket) => socket.write(text);
  const socket = create();
  await expect(send(socket)).resolves.toBe('200 {}');
  await expect(send(socket)).resolves.toBe('200 {}');
  expect(accepted).toHaveLength(2);
});

it('a socket with bytes that no request has asked for is opened again', async () => {
  const socket = create();
  await send(socket);
  accepted[0]?.socket.write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n');
  await eventually(() => {
    expect(accepted[0]?.isClosed).toBe(true);
  });
  await expect(send(socket)).resolves.toBe('200 {}');
});

it('an answer without a length ends when the server closes the socket', async () => {
  answer = (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it');
  await expect(send(create())).resolves.toBe('200 all of it');
});

it('an answer before the server has read the whole request counts, and the next request has a new socket', async () => {
  answer = (socket) => {
    socket.pause().write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n');
  };
  const socket = create();
  await expect(send(socket, `POST / HTTP/1.1\r\n\r\n${'x'.repeat(50_000_000)}`)).resolves.toBe(
    '413 ',
  );
  answer = answerOkay;
  await expect(send(socket)).resolves.toBe('200 {}');
  expect(accepted).toHaveLength(2);
});

it.each<[string, (socket: Socket) => unknown]>([
  ['closes the socket instead of an answer', (socket) => socket.end()],
  ['resets the socket', (socket) => socket.resetAndDestroy()],
  ['closes the socket within the head', (socket) => socket.end('HTTP/1.1 200 OK\r\nCon')],
  ['closes the socket within the body', (socket) => socket.end(okay.slice(0, -1))],
])('a request fails as one to a closed socket if the server %s', async (_what, fail) => {
  const socket = create();
  await send(socket);
  answer = fail;
  await expect(send(socket).catch(wasClosed)).resolves.toBe(true);
  answer = answerOkay;
  await expect(send(socket)).resolves.toBe('200 {}');
});

it('a request fails if the answer is not HTTP', async () => {
  answer = (socket) => socket.write('SSH-2.0\r\n\r\n');
  const socket = create();
  await expect(send(socket)).rejects.toThrow('The answer is not HTTP/1.1.');
  answer = answerOkay;
  await expect(send(socket)).resolves.toBe('200 {}');
});

it('a request fails if nobody listens', async () => {
  const socket = new KeptSocket(createOpener('http://127.0.0.1:9'), {
    timeoutMilliseconds: 5_000,
    keepAliveMilliseconds: 1_000,
  });
  await expect(send(socket)).rejects.toThrow('ECONNREFUSED');
});

it('a request says why it failed for each address of a host', async () => {
  const lookup: LookupFunction = (_host, _options, done) => {
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    done(null, addresses);
  };
  // By default, an address has 250 ms before the next one is tried.
  const patient = { autoSelectFamilyAttemptTimeout: 60_000 };
  const openAny = () => connect({ host: 'localhost', port: 9, lookup, ...patient });
  const socket = new KeptSocket(openAny, {
    timeoutMilliseconds: 5_000,
    keepAliveMilliseconds: 1_000,
  });
  await expect(send(socket)).rejects.toThrow(
    'connect ECONNREFUSED 127.0.0.1:9; connect ECONNREFUSED 127.0.0.2:9',
  );
});

it('each request without an answer fails after the timeout, and those between do not', async () => {
  holdTimeouts();
  const socket = create(200);
  for (let count = 0; count < 2; count += 1) {
    answer = () => passTime(200);
    await expect(send(socket)).rejects.toMatchObject({ name: 'TimeoutError' });
    answer = answerOkay;
    await expect(send(socket)).resolves.toBe('200 {}');
    await passTime(199);
    await expect(send(socket)).resolves.toBe('200 {}');
  }
  expect(accepted).toHaveLength(3);
});

it('a request whose answer never ends fails after the timeout, even if the answer goes on', async () => {
  answer = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    const more = setInterval(() => socket.write('1\r\nx\r\n'), 5);
    socket.on('close', () => {
      clearInterval(more);
    });
  };
  await expect(send(create(100))).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('an answer that arrived before the timeout counts, if the process was frozen meanwhile', async () => {
  holdTimeouts();
  answer = (socket) => {
    answerOkay(socket);
    letArrive();
    return passTime(200);
  };
  const socket = create(200);
  const first = await send(socket);
  answer = answerOkay;
  // It is under way when the timer of the first one is seen to have been late.
  await expect(send(socket)).resolves.toBe('200 {}');
  expect(first).toBe('200 {}');
});

it('a request fails if its socket is closed before it is sent', async () => {
  const socket = create();
  await send(socket);
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000);
  const isFailed = expect(send(socket)).rejects.toThrow('The sockets are closed.');
  socket.close();
  await isFailed;
});

it('a request under way and later ones fail after the socket is closed', async () => {
  answer = () => undefined;
  const socket = create();
  const underWay = send(socket);
  const isFailed = expect(underWay).rejects.toThrow('The sockets are closed.');
  socket.close();
  await isFailed;
  await expect(send(socket)).rejects.toThrow('The sockets are closed.');
});
