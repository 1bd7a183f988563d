// What abuse costs at most, by the settings that a deployment has when it sets none.
import { defaultLimits } from '#cost/model/limits';
import { abuses } from '#cost/abuse/abuses';
import { dollarsOfDay } from '#cost/abuse/daily-usage';
import { largestState } from '#cost/abuse/message-abuses';
import { prices } from '#cost/model/prices';
import { parseConfiguration } from '#infra/config/configuration';

it('the settings of the model are the defaults of a deployment', () => {
  const configuration = parseConfiguration({
    issuer: 'https://issuer.example.com',
    audience: 'mission-control',
  });
  expect(configuration).toMatchObject({ ok: true, value: defaultLimits });
});

it.each(abuses.map((abuse) => [abuse.kind, abuse] as const))(
  '%s: at most $30 a day, and no more than it was where it is dear',
  (_, { before, now }) => {
    expect(dollarsOfDay(now)).toBeLessThanOrEqual(30);
    if (before !== undefined && dollarsOfDay(before) > 30) {
      expect(dollarsOfDay(now)).toBeLessThan(dollarsOfDay(before) / 5);
    }
  },
);

it('a sync is paid for its messages and for data transfer, and that is most of it', () => {
  const syncs = abuses.find(({ kind }) => kind.startsWith('`state:sync`'));
  const [[, perMessage]] = prices.webSocketMessage;
  const [[, perByte]] = prices.sentByte;
  const one = largestState.messages * perMessage + largestState.bytes * perByte;
  const together = dollarsOfDay(syncs?.now ?? { acts: 0, usage: {} });
  // 6 a minute.
  expect(together).toBeGreaterThan(8_640 * one);
  expect(together).toBeLessThan(1.25 * 8_640 * one);
});
