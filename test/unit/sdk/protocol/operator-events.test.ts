import { parseUserDisconnect } from '#sdk/protocol';

it('returns only userId and reason', () => {
  const detail = { userId: 'alice', reason: 'signed out', extra: 1 };
  expect(parseUserDisconnect('user:disconnect', detail)).toEqual({
    ok: true,
    value: { userId: 'alice', reason: 'signed out' },
  });
});

it.each([
  ['user:delete', { userId: 'alice', reason: 'r' }, 'type'],
  ['user:disconnect', { reason: 'r' }, 'userId'],
  ['user:disconnect', { userId: '', reason: 'r' }, 'userId'],
  ['user:disconnect', { userId: 'é'.repeat(128), reason: 'r' }, 'userId'],
  ['user:disconnect', { userId: 'alice' }, 'reason'],
  ['user:disconnect', { userId: 'alice', reason: 'x'.repeat(257) }, 'reason'],
  ['user:disconnect', null, ''],
])('refuses %s with %j', (type, detail, path) => {
  expect(parseUserDisconnect(type, detail)).toMatchObject({ ok: false, faults: [{ path }] });
});
