// The contract of every ConnectionStore; tests run it against each implementation.
import type { Connection, ConnectionKey, ConnectionStore } from '#core/connections/ports';
import { shardOf, shards } from '#core/shard';
import { viewOf } from '../data/views';

const connection = (userId: string, connectionId: string): Connection => ({
  userId,
  connectionId,
  connectedAt: 1_707_163_200_123,
  expiresAt: 1_707_163_260_000,
});

async function allOf(store: ConnectionStore): Promise<Connection[]> {
  const found: Connection[] = [];
  for (const shard of shards) {
    for await (const page of store.pages(shard)) {
      expect(page.map((one) => shardOf(one.userId))).toEqual(page.map(() => shard));
      found.push(...page);
    }
  }
  return found.sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
}

/** Connections whose views have every combination of parts. */
const viewed: readonly Connection[] = [
  { ...connection('ann', '1='), view: viewOf({ scope: ['team-a/*'] }) },
  { ...connection('ann', '2='), view: viewOf({ agents: ['__proto__', 'ä#%25', '50\\\\*'] }) },
  { ...connection('ben', '3='), view: viewOf({ scope: ['a*', 'b'], agents: [] }), batches: true },
  { ...connection('ben', '4='), view: viewOf({ scope: [], agents: ['*'] }) },
  connection('ben', '5='),
];

/** Whatever reads a record: the connections by their ids, in their order. */
const reads: Readonly<Record<string, (store: ConnectionStore) => Promise<Connection[]>>> = {
  find: async (store) => {
    const found = await Promise.all(viewed.map((key) => store.find(key)));
    return found.filter((one) => one !== undefined);
  },
  findAll: async (store) => byId(await store.findAll(viewed)),
  ofUser: async (store) =>
    byId([...(await store.ofUser('ann')).connections, ...(await store.ofUser('ben')).connections]),
  pages: allOf,
};

function byId(connections: readonly Connection[]): Connection[] {
  return [...connections].sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
}

function describeViews(create: () => ConnectionStore | Promise<ConnectionStore>): void {
  it.each(Object.keys(reads))('returns the views of connections from %s', async (read) => {
    const store = await create();
    for (const one of viewed) await store.save(one);
    const found = (await reads[read]?.(store)) ?? [];
    expect(found).toEqual(
      viewed.map((one) => ({ ...one, ...(one.view && { view: expect.anything() as unknown }) })),
    );
    expect(found.map(({ view }) => [view?.scope, view?.agents, view?.inForce.patterns])).toEqual(
      viewed.map(({ view }) => [view?.scope, view?.agents, view?.inForce.patterns]),
    );
  });

  it('finds many records by their keys, also expired ones, and leaves out those that do not exist', async () => {
    const store = await create();
    // DynamoDB reads at most 100 items in one request.
    const saved = Array.from({ length: 130 }, (_, index) =>
      connection(`user-${index % 7}`, `id-${String(index).padStart(3, '0')}=`),
    );
    for (const one of saved) await store.save(one);
    const missing = [connection('nobody', '1='), connection('user-1', 'none=')];
    expect(byId(await store.findAll([...missing, ...saved, ...saved]))).toEqual(saved);
    await expect(store.findAll(missing)).resolves.toEqual([]);
    await expect(store.findAll([])).resolves.toEqual([]);
  });

  it('changes one part of a view, and returns the connection as it was before', async () => {
    const store = await create();
    const before = { ...connection('ann', '1='), batches: true };
    await store.save(before);
    await expect(store.changeView(before, { agents: ['b', 'a*'] })).resolves.toEqual(before);
    const subscribed = { ...before, view: viewOf({ agents: ['b', 'a*'] }) };
    expect(shape(await store.find(before))).toEqual(shape(subscribed));
    expect(shape(await store.changeView(before, { scope: [] }))).toEqual(shape(subscribed));
    const scoped = { ...before, view: viewOf({ scope: [], agents: ['b', 'a*'] }) };
    expect(shape(await store.changeView(before, { agents: [] }))).toEqual(shape(scoped));
    expect(shape(await store.find(before))).toEqual(
      shape({ ...before, view: viewOf({ scope: [], agents: [] }) }),
    );
  });

  it('changes view and expiry together, also to an earlier expiry, and only then the expiry', async () => {
    const store = await create();
    const before = connection('ann', '1=');
    await store.save(before);
    const expiresAt = before.expiresAt - 60_000;
    await store.changeView(before, { scope: ['a'] }, expiresAt);
    const changed = { ...before, expiresAt, view: viewOf({ scope: ['a'] }) };
    expect(shape(await store.find(before))).toEqual(shape(changed));
    await store.changeView(before, { agents: ['a'] });
    expect((await store.find(before))?.expiresAt).toBe(expiresAt);
    // The expiry of a token with another scope is not that of this one.
    await expect(store.refresh(before, expiresAt + 1_000)).resolves.toBe(false);
    const other = { ...before, view: viewOf({ scope: ['b'] }) };
    await expect(store.refresh(other, expiresAt + 1_000)).resolves.toBe(false);
    await expect(store.refresh(changed, expiresAt + 1_000)).resolves.toBe(true);
    expect(shape(await store.find(before))).toEqual(
      shape({
        ...changed,
        expiresAt: expiresAt + 1_000,
        view: viewOf({ scope: ['a'], agents: ['a'] }),
      }),
    );
  });

  it('changes no view without a record, and creates none', async () => {
    const store = await create();
    const key = { userId: 'ann', connectionId: '1=' };
    await expect(store.changeView(key, { agents: ['a'] }, 1_000)).resolves.toBeUndefined();
    await expect(store.find(key)).resolves.toBeUndefined();
    await store.markDisconnected('ann', { disconnectedAt: 1, endsAt: 2 });
    await store.changeView({ userId: 'ann', connectionId: '#disconnected' }, { agents: ['a'] });
    await expect(store.ofUser('ann')).resolves.toEqual({
      connections: [],
      marker: { disconnectedAt: 1, endsAt: 2 },
    });
  });
}

/** A connection without the functions of its view, for comparisons. */
function shape(one: Connection | undefined): object | undefined {
  if (one === undefined) return undefined;
  const { view, ...others } = one;
  return { ...others, scope: view?.scope, agents: view?.agents, inForce: view?.inForce.patterns };
}

/** With scopes, a record without a scope was written before the service had them. */
export function describeScopedConnectionStore(
  name: string,
  createBoth: () => Promise<{
    readonly scoped: ConnectionStore;
    readonly unscoped: ConnectionStore;
  }>,
): void {
  describe(`${name}, a connection store of a service with scopes`, () => {
    it.each(Object.keys(reads))(
      'returns a record without a scope from %s as expired, and the others as they are',
      async (read) => {
        const { scoped, unscoped } = await createBoth();
        for (const one of viewed) await unscoped.save(one);
        const found = (await reads[read]?.(scoped)) ?? [];
        expect(found.map(({ expiresAt }) => expiresAt)).toEqual(
          viewed.map(({ view, expiresAt }) => (view?.scope === undefined ? 0 : expiresAt)),
        );
        expect((await reads[read]?.(unscoped))?.map(({ expiresAt }) => expiresAt)).toEqual(
          viewed.map(({ expiresAt }) => expiresAt),
        );
      },
    );

    it('returns a record without a scope as expired from a change, which does not give it one', async () => {
      const { scoped, unscoped } = await createBoth();
      const before = connection('ann', '1=');
      await unscoped.save(before);
      await expect(scoped.changeView(before, { agents: ['a'] })).resolves.toMatchObject({
        expiresAt: 0,
      });
      await expect(scoped.find(before)).resolves.toMatchObject({ expiresAt: 0 });
    });
  });
}

export function describeConnectionStore(
  name: string,
  create: () => ConnectionStore | Promise<ConnectionStore>,
): void {
  describe(`${name}, a connection store`, () => {
    it('returns all saved connections from the pages of all shards', async () => {
      const store = await create();
      const saved = Array.from({ length: 40 }, (_, index) =>
        connection(`user-${index % 13}`, `id-${String(index).padStart(2, '0')}=`),
      );
      for (const one of saved) await store.save(one);
      await expect(allOf(store)).resolves.toEqual(saved);
    });

    it.each(['a#b', '#', '%23', '100%', 'ä#%25', 'auth0|5f', 'a b+c/d='])(
      'returns the user id %s unchanged',
      async (userId) => {
        const store = await create();
        await store.save(connection(userId, 'L0SM9cOFvHcCIhw='));
        await store.save(connection(`${userId}#`, 'other='));
        await store.markDisconnected(userId, { disconnectedAt: 1, endsAt: 2 });
        await expect(store.ofUser(userId)).resolves.toEqual({
          connections: [connection(userId, 'L0SM9cOFvHcCIhw=')],
          marker: { disconnectedAt: 1, endsAt: 2 },
        });
        await expect(store.ofUser(`${userId}#`)).resolves.toEqual({
          connections: [connection(`${userId}#`, 'other=')],
        });
        await expect(allOf(store)).resolves.toHaveLength(2);
      },
    );

    it("finds a user's connections, and none of a user whose id has the same prefix", async () => {
      const store = await create();
      await store.save(connection('ann', '1='));
      await store.save(connection('ann', '2='));
      await store.save(connection('anna', '3='));
      const found = await store.ofUser('ann');
      expect(found.connections.map((one) => one.connectionId).sort()).toEqual(['1=', '2=']);
      await expect(store.ofUser('nobody')).resolves.toEqual({ connections: [] });
    });

    it('finds a record by its key, even if it has expired', async () => {
      const store = await create();
      await store.save(connection('ann', '1='));
      await expect(store.find({ userId: 'ann', connectionId: '1=' })).resolves.toEqual(
        connection('ann', '1='),
      );
      await expect(store.find({ userId: 'ann', connectionId: '2=' })).resolves.toBeUndefined();
    });

    it('returns with every read whether a connection negotiated batches', async () => {
      const store = await create();
      const saved = [
        { ...connection('ann', '1='), batches: true },
        { ...connection('ann', '2='), batches: false },
        connection('ann', '3='),
      ];
      for (const one of saved) await store.save(one);
      await store.refresh({ userId: 'ann', connectionId: '1=' }, 1_707_166_800_000);
      const flags = (found: readonly Connection[]) =>
        found.map(({ connectionId, batches = false }) => `${connectionId} ${batches}`).sort();
      const expected = ['1= true', '2= false', '3= false'];
      expect(flags(await allOf(store))).toEqual(expected);
      expect(flags((await store.ofUser('ann')).connections)).toEqual(expected);
      const each = saved.map(({ connectionId }) => store.find({ userId: 'ann', connectionId }));
      expect(flags((await Promise.all(each)).filter((one) => one !== undefined))).toEqual(expected);
    });

    it('refresh extends an existing record, never shortens it, and creates none', async () => {
      const store = await create();
      await store.save(connection('ann', '1='));
      const expiresAt = 1_707_166_800_000;
      const key = { userId: 'ann', connectionId: '1=' };
      await expect(store.refresh(key, expiresAt)).resolves.toBe(true);
      await expect(store.refresh(key, expiresAt)).resolves.toBe(false);
      await expect(store.refresh(key, expiresAt - 1_000)).resolves.toBe(false);
      const gone = { userId: 'ann', connectionId: '2=' };
      await expect(store.refresh(gone, expiresAt)).resolves.toBe(false);
      await expect(allOf(store)).resolves.toEqual([{ ...connection('ann', '1='), expiresAt }]);
    });

    describeViews(create);

    describe('with a marker of a disconnected user', () => {
      const [earlier, later] = [
        { disconnectedAt: 1_707_163_200_123, endsAt: 1_709_755_200_123 },
        { disconnectedAt: 1_707_163_200_124, endsAt: 1_709_755_200_124 },
      ];

      it('keeps the later marker, in whatever order they are written', async () => {
        const store = await create();
        await expect(store.markerOf('ann')).resolves.toBeUndefined();
        await store.markDisconnected('ann', earlier);
        await expect(store.markerOf('ann')).resolves.toEqual(earlier);
        await store.markDisconnected('ann', later);
        await store.markDisconnected('ann', earlier);
        await expect(store.markerOf('ann')).resolves.toEqual(later);
        await expect(store.ofUser('ann')).resolves.toEqual({ connections: [], marker: later });
        await expect(store.markerOf('anna')).resolves.toBeUndefined();
      });

      it('does not return, refresh or remove the marker as a connection', async () => {
        const store = await create();
        await store.markDisconnected('ann', later);
        await store.markDisconnected('zoe', later);
        await expect(allOf(store)).resolves.toEqual([]);
        await expect(
          store.refresh({ userId: 'zoe', connectionId: '#disconnected' }, Date.UTC(9999, 0)),
        ).resolves.toBe(false);
        const named = ['#disconnected', 'disconnected', '', '%23disconnected'].map((id) =>
          connection('ann', id),
        );
        for (const one of named) await store.save(one);
        expect((await store.ofUser('ann')).connections).toHaveLength(named.length);
        await expect(allOf(store)).resolves.toHaveLength(named.length);
        await store.removeAll(named);
        for (const one of named) await store.remove(one);
        await expect(store.ofUser('ann')).resolves.toEqual({ connections: [], marker: later });
      });

      it('continues a shard after a connection, and skips markers', async () => {
        const store = await create();
        const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
        for (const user of users) {
          await store.markDisconnected(user, later);
          await store.save(connection(user, `${user}=`));
        }
        const all = await allOf(store);
        expect(all).toHaveLength(40);
        for (const shard of shards) {
          const inShard: Connection[] = [];
          for await (const page of store.pages(shard)) inShard.push(...page);
          const [first] = inShard;
          if (first === undefined) continue;
          const rest: Connection[] = [];
          for await (const page of store.pages(shard, { after: first })) rest.push(...page);
          expect(rest).toEqual(inShard.slice(1));
        }
      });
    });

    it('removes a record, and ignores a second removal', async () => {
      const store = await create();
      await store.save(connection('ann', '1='));
      await store.save(connection('ann', '2='));
      await store.remove({ userId: 'ann', connectionId: '1=' });
      await store.remove({ userId: 'ann', connectionId: '1=' });
      await expect(allOf(store)).resolves.toEqual([connection('ann', '2=')]);
    });

    it('removes many records at once', async () => {
      const store = await create();
      const saved = Array.from({ length: 60 }, (_, index) =>
        connection(`user-${index % 7}`, `id-${String(index).padStart(2, '0')}=`),
      );
      for (const one of saved) await store.save(one);
      await store.removeAll([]);
      await store.removeAll(saved.slice(0, 55));
      await expect(allOf(store)).resolves.toEqual(saved.slice(55));
    });

    it('continues a shard after any of its connections', async () => {
      const store = await create();
      for (let index = 0; index < 20; index += 1) {
        await store.save(connection('ann', `id-${String(index).padStart(2, '0')}=`));
      }
      const shard = shardOf('ann');
      const read = async (after?: ConnectionKey) => {
        const found: string[] = [];
        for await (const page of store.pages(shard, { after, consistent: true })) {
          found.push(...page.map((one) => one.connectionId));
        }
        return found;
      };
      const all = await read();
      expect(all).toHaveLength(20);
      await expect(read({ userId: 'ann', connectionId: all[12] ?? '' })).resolves.toEqual(
        all.slice(13),
      );
      await expect(read({ userId: 'ann', connectionId: all[19] ?? '' })).resolves.toEqual([]);
    });

    it("lists each user's connections next to each other", async () => {
      const store = await create();
      for (let index = 0; index < 60; index += 1) {
        await store.save(connection(`user-${index % 20}`, `id-${index}=`));
      }
      for (const shard of shards) {
        const users: string[] = [];
        for await (const page of store.pages(shard)) users.push(...page.map((one) => one.userId));
        const runs = users.filter((user, index) => user !== users[index - 1]);
        expect(runs).toHaveLength(new Set(users).size);
      }
    });
  });
}
