// Hidden pages: the client leaves after a while, or at once for the back/forward cache, and is back when the page is visible.
import fc from 'fast-check';
import type { MissionControlOptions } from '#sdk/client';
import { defaultTiming } from '#sdk/client/connection/timing';
import { ClientHarness, settle } from '#test/support/client/client-harness';
import { FakeServer } from '#test/support/client/fake-server';
import { expectHeardOnce, listenTo } from '#test/support/client/heard';
import { agentEvent } from '#test/support/data/events';

const limitMs = defaultTiming.leaveWhenHiddenMs;

/** A client with a server that answers everything. */
async function connected(options: Partial<MissionControlOptions> = {}) {
  const harness = new ClientHarness(options);
  const server = new FakeServer(harness);
  await server.run();
  await server.pass(5_000);
  const hide = (isHidden: boolean) => {
    harness.page.set({ isVisible: !isHidden });
  };
  return { harness, server, hide, heard: listenTo(harness.client) };
}

const left = { state: 'waiting', attempt: 1, reason: 'hidden', retryInMs: undefined };

describe('a page that is hidden', () => {
  it('keeps its connection until leaveWhenHiddenMs, then has neither a socket nor a timer', async () => {
    const { harness, server, hide } = await connected();
    hide(true);
    await server.pass(limitMs - 1);
    expect(harness.open).toEqual([harness.socket]);
    await server.pass(1);
    expect(harness.client.connection).toMatchObject({ ...left, since: harness.time.now() });
    expect(harness.socket.closedWith).toBe(1000);
    expect([harness.open, harness.time.pending]).toEqual([[], 0]);
  });

  it('connects at once when it is visible again, and gets what it missed without counting it as a failure', async () => {
    const { harness, server, hide, heard } = await connected({ maxAttempts: 1 });
    const missed = agentEvent('a', 'error', 7);
    hide(true);
    await server.pass(limitMs + 3_600_000);
    server.report(missed);
    hide(false);
    expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await server.run();
    expect(harness.states.slice(-3)).toEqual(['waiting', 'connecting', 'connected']);
    const [sync] = harness.socket.sentOf('state:sync');
    expect(sync?.payload?.since).toBeGreaterThan(harness.time.now() - limitMs - 3_700_000);
    expect(heard).toEqual([missed.payload]);
  });

  it('keeps its connection if it is visible again in time, each time', async () => {
    const { harness, server, hide } = await connected();
    for (let time = 0; time < 3; time += 1) {
      hide(true);
      await server.pass(limitMs - 1);
      hide(false);
      await server.run();
      await server.pass(1);
    }
    expect([harness.sockets.length, harness.state]).toEqual([1, 'connected']);
  });

  it('stays connected with Infinity', async () => {
    const { harness, server, hide } = await connected({ timing: { leaveWhenHiddenMs: Infinity } });
    const { pending } = harness.time;
    hide(true);
    // Without a timer, which would be due after 24 days at the latest.
    expect(harness.time.pending).toBe(pending);
    await server.pass(3_600_000);
    expect(harness.open).toEqual([harness.socket]);
  });

  it('counts the time from when it was hidden, whatever else happens', async () => {
    const { harness, server, hide } = await connected();
    hide(true);
    await server.pass(limitMs / 2);
    harness.page.set({ isOnline: false });
    harness.socket.drop();
    harness.page.set({ isOnline: true });
    await server.run();
    await server.pass(limitMs / 2);
    expect(harness.client.connection).toMatchObject(left);
  });

  it('does not connect because the network returns, or to refresh a token', async () => {
    const { harness, server, hide } = await connected();
    hide(true);
    await server.pass(limitMs);
    const { tokens } = harness;
    harness.page.set({ isOnline: false });
    harness.page.set({ isOnline: true });
    harness.client.refresh();
    await settle();
    expect([harness.tokens, harness.open]).toEqual([tokens, []]);
    expect(harness.client.connection).toMatchObject(left);
  });

  it('connects on reconnect(), and leaves again after the same time', async () => {
    const { harness, server, hide } = await connected();
    hide(true);
    await server.pass(limitMs);
    harness.client.reconnect();
    await server.run();
    await server.pass(limitMs - 1);
    expect(harness.state).toBe('connected');
    await server.pass(1);
    expect(harness.client.connection).toMatchObject(left);
    expect(harness.time.pending).toBe(0);
  });

  it.each([
    ['connecting', () => undefined],
    [
      'waiting',
      ({ socket }: ClientHarness) => {
        socket.drop(1012);
      },
    ],
    [
      'offline',
      ({ socket, page }: ClientHarness) => {
        page.set({ isOnline: false });
        socket.drop();
      },
    ],
    [
      'unauthorized',
      (harness: ClientHarness) => {
        harness.whoami = 401;
        harness.socket.drop();
      },
    ],
  ])('ends the attempts of a client that is %s', async (state, arrange) => {
    const never = { connectTimeoutMs: Infinity, unauthorizedRetryMs: 1e9, backoffCapMs: 1e9 };
    const harness = new ClientHarness({ timing: { ...never, backoffBaseMs: 1e9 } });
    await settle();
    arrange(harness);
    await settle();
    expect(harness.state).toBe(state);
    harness.page.set({ isVisible: false });
    await harness.time.pass(limitMs);
    expect(harness.client.connection).toMatchObject(left);
    expect([harness.open, harness.time.pending]).toEqual([[], 0]);
    harness.page.set({ isVisible: true });
    expect(harness.state).toBe('connecting');
  });

  it('leaves nothing behind when the client is closed', async () => {
    const { harness, hide } = await connected();
    hide(true);
    harness.client.close();
    expect([harness.time.pending, harness.page.listeners.size]).toEqual([0, 0]);
    hide(false);
    expect(harness.state).toBe('closed');
  });
});

describe('the back/forward cache', () => {
  it.each([
    ['before', ['pagehide', 'hide', 'show', 'pageshow']],
    ['after', ['hide', 'pagehide', 'pageshow', 'show']],
    ['without', ['pagehide', 'pageshow']],
  ])(
    'closes the socket on pagehide %s visibilitychange, and connects once when the page is shown',
    async (_order, [first, second, ...back]) => {
      const { harness, server, hide, heard } = await connected();
      const fire = (name = '') => {
        if (name.startsWith('page')) harness.page.fire(name);
        else if (name) hide(name === 'hide');
      };
      const returns = back.length > 0 ? back : [second];
      fire(first);
      if (back.length > 0) fire(second);
      expect([harness.open, harness.time.pending]).toEqual([[], 0]);
      expect(harness.client.connection).toMatchObject(left);
      const missed = agentEvent('a', 'offline', 1);
      server.report(missed);
      for (const name of returns) fire(name);
      await server.run();
      expect([harness.state, harness.sockets.length]).toEqual(['connected', 2]);
      expect(heard).toEqual([missed.payload]);
    },
  );

  it('also closes the socket of a client that stays connected in hidden pages', async () => {
    const { harness } = await connected({ timing: { leaveWhenHiddenMs: Infinity } });
    harness.page.fire('pagehide');
    expect(harness.open).toEqual([]);
  });

  it('changes nothing when a page is shown for the first time', async () => {
    const { harness } = await connected();
    harness.page.fire('pageshow');
    expect([harness.sockets.length, harness.socket.sentOf('ping')]).toEqual([1, []]);
  });
});

describe('a page that is hidden when the client starts', () => {
  const options = { autoConnect: false };

  it('connects after a random wait of up to 30 s, because a browser may restore many at once', async () => {
    const harness = new ClientHarness(options);
    harness.page.set({ isVisible: false });
    harness.random = 0.9;
    harness.client.reconnect();
    expect(harness.client.connection).toMatchObject({ ...left, retryInMs: 27_000 });
    await harness.time.pass(26_999);
    expect(harness.sockets).toEqual([]);
    await harness.time.pass(1);
    expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    expect(harness.sockets).toHaveLength(1);
    await harness.accept();
    await harness.time.pass(60_000);
    expect(harness.state).toBe('connected');
  });

  it.each([
    ['it is visible', { isVisible: true }],
    ['reconnect() is called again', undefined],
  ])('connects at once when %s', async (_when, change) => {
    const harness = new ClientHarness(options);
    harness.page.set({ isVisible: false });
    harness.client.reconnect();
    if (change) harness.page.set(change);
    else harness.client.reconnect();
    await settle();
    expect(harness.sockets).toHaveLength(1);
  });

  it('waits without a timer if the user leaves it during the wait', async () => {
    const harness = new ClientHarness(options);
    harness.page.set({ isVisible: false });
    harness.client.reconnect();
    harness.page.fire('pagehide');
    expect([harness.time.pending, harness.client.connection]).toMatchObject([0, left]);
    await harness.time.pass(60_000);
    expect(harness.sockets).toEqual([]);
  });
});

/** What may happen, with the time that passes. */
const step = fc.oneof(
  fc.constantFrom('hide', 'show', 'pagehide', 'offline', 'online', 'drop', 'report', 'reconnect'),
  fc.constantFrom(1_000, limitMs / 2, limitMs - 1, limitMs),
);

it('has a connection when the page is visible, none when it was hidden for too long, and misses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { harness, server, hide, heard } = await connected();
      const { client, page, time } = harness;
      /** The time at which the client is to leave; undefined while the page is visible. */
      let leavesAt: number | undefined;
      const acts: Record<string, () => void> = {
        hide() {
          if (page.isVisible) leavesAt = time.now() + limitMs;
          hide(true);
        },
        show() {
          leavesAt = undefined;
          hide(false);
        },
        pagehide() {
          leavesAt = 0;
          page.fire('pagehide');
          hide(true);
        },
        offline() {
          page.set({ isOnline: false });
        },
        online() {
          page.set({ isOnline: true });
        },
        drop() {
          for (const socket of server.open) socket.drop();
        },
        report() {
          server.report(agentEvent('a', 'online', time.now()));
        },
        reconnect() {
          if (!page.isVisible) leavesAt = time.now() + limitMs;
          client.reconnect();
        },
      };
      for (const what of steps) {
        if (typeof what === 'number') await server.pass(what);
        else acts[what]?.();
        await server.run();
        if (leavesAt !== undefined && leavesAt <= time.now()) {
          expect([harness.open, time.pending]).toEqual([[], 0]);
          expect(client.connection).toMatchObject(left);
        } else expect(client.connection.reason).not.toBe('hidden');
        if (page.isVisible) {
          const untilMs = time.now() + defaultTiming.backoffCapMs;
          while (harness.state !== 'connected' && time.now() < untilMs) {
            await server.pass(1_000);
            await server.run();
          }
          expect(harness.state).toBe('connected');
        }
      }
      acts['show']?.();
      await server.run();
      expect(client.connection.state).toBe('connected');
      const stored = server.eventsOf({ patterns: ['*'], matches: () => true });
      expect([...client.agents.values()].map((value) => JSON.stringify(value))).toEqual(
        stored.map((text) => JSON.stringify((JSON.parse(text) as { payload: object }).payload)),
      );
      expectHeardOnce(heard, [...client.agents.values()]);
      client.close();
      expect([time.pending, page.listeners.size]).toEqual([0, 0]);
    }),
    { numRuns: 100 },
  );
});
