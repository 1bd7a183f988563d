// Messages that are read from the table and the queue: another version of the service may have written them.
import { messageOfEvent, readOutgoing } from '#core/fan-out/outgoing-message';
import { maySee, withParts } from '#core/connections/view';
import { agentEvent } from '#test/support/data/events';

it('reads the text of a message that messageOfEvent created', () => {
  const message = messageOfEvent(agentEvent('a', 'online', 3));
  expect(readOutgoing(message.text)).toEqual(message);
});

it('accepts a message of an unknown type unchanged, with a register of its own, so that it supersedes no other', () => {
  const text = '{"type":"agent:mood","payload":{"agentId":"a","timestamp":7}}';
  expect(readOutgoing(text)).toEqual({
    ...{ text, type: 'agent:mood', agentId: 'a', register: text, reportedAt: 7, value: '' },
  });
});

it('accepts a message of an unknown type without an agent, for connections that get every event only', () => {
  const text = '{"type":"weather:changed","payload":{"timestamp":7}}';
  const { agentId } = readOutgoing(text);
  const mayBeSeenWith = (...scope: string[]) => maySee(withParts(undefined, { scope }), agentId);
  expect(mayBeSeenWith('*')).toBe(true);
  expect(mayBeSeenWith('a*', 'b')).toBe(false);
  expect(maySee(undefined, agentId)).toBe(true);
});

it.each(['a secret', 'null', '"a secret"', '{"type":"agent:mood"}', '{"payload":{"timestamp":1}}'])(
  'rejects %s with an error that does not repeat it',
  (text) => {
    expect(() => readOutgoing(text)).toThrow(/^The text is no message of this service$/);
  },
);
