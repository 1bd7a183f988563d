// Messages that are read from the table and the queue, where another version of the service may have written them.
import { messageOfEvent, readOutgoing } from '#core/fan-out/outgoing-message';
import { agentEvent } from '../../../../support/data/events';

it('reads what it has written', () => {
  const message = messageOfEvent(agentEvent('a', 'online', 3));
  expect(readOutgoing(message.text)).toEqual(message);
});

it('takes a message of a type that it does not know as it is: it can be posted, and supersedes nothing', () => {
  const text = '{"type":"agent:mood","payload":{"agentId":"a","timestamp":7}}';
  expect(readOutgoing(text)).toEqual({
    ...{ text, type: 'agent:mood', register: text, reportedAt: 7, value: '' },
  });
});

it.each(['a secret', 'null', '"a secret"', '{"type":"agent:mood"}', '{"payload":{"timestamp":1}}'])(
  'refuses %s, and does not repeat it',
  (text) => {
    expect(() => readOutgoing(text)).toThrow(/^The text is no message of this service$/);
  },
);
