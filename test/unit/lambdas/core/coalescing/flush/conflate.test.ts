import fc from 'fast-check';
import { conflate } from '#core/coalescing/flush/conflate';
import { messageOfEvent, supersedes, type OutgoingMessage } from '#core/fan-out/outgoing-message';
import { eventArbitrary } from '#test/support/contracts/state-store';

const messages = fc.array(eventArbitrary.map(messageOfEvent), { maxLength: 30 });
const count = (some: readonly OutgoingMessage[]) => some.length;

it('returns messages that fit unchanged', () => {
  fc.assert(
    fc.property(messages, fc.nat(5), (all, more) => {
      const conflated = conflate(all, all.length + more, count);
      expect(conflated).toEqual({ messages: all, superseded: 0 });
    }),
  );
});

it('omits only the superseded messages if the messages do not fit, and keeps the order', () => {
  fc.assert(
    fc.property(messages, (all) => {
      fc.pre(all.length > 0);
      const { messages: kept, superseded } = conflate(all, all.length - 1, count);
      const isSuperseded = (message: OutgoingMessage) =>
        all.some((other) => other.register === message.register && supersedes(other, message));
      expect(kept).toEqual(all.filter((message) => !isSuperseded(message)));
      expect(superseded).toBe(all.length - kept.length);
      expect(new Set(kept.map(({ register }) => register))).toEqual(
        new Set(all.map(({ register }) => register)),
      );
    }),
  );
});
