// The maximum cost of abuse with the default settings of a deployment.
import { defaultLimits } from '#cost/model/limits';
import { abuses } from '#cost/abuse/abuses';
import { dollarsOfDay } from '#cost/abuse/daily-usage';
import { largestState } from '#cost/abuse/message-abuses';
import { prices } from '#cost/model/prices';
import { parseConfiguration } from '#infra/config/configuration';

it('uses the default settings of a deployment', () => {
  const configuration = parseConfiguration({
    issuer: 'https://issuer.example.com',
    audience: 'mission-control',
  });
  expect(configuration).toMatchObject({ ok: true, value: defaultLimits });
});

it.each(abuses.map((abuse) => [abuse.kind, abuse] as const))(
  'costs at most $30 a day, and less than a fifth of an earlier cost above $30: %s',
  (_, { before, now }) => {
    expect(dollarsOfDay(now)).toBeLessThanOrEqual(30);
    if (before !== undefined && dollarsOfDay(before) > 30) {
      expect(dollarsOfDay(now)).toBeLessThan(dollarsOfDay(before) / 5);
    }
  },
);

it('charges syncs mainly for messages and data transfer', () => {
  const syncs = abuses.find(({ kind }) => kind.startsWith('`state:sync`'));
  const [[, perMessage]] = prices.webSocketMessage;
  const [[, perByte]] = prices.sentByte;
  const one = largestState.messages * perMessage + largestState.bytes * perByte;
  const together = dollarsOfDay(syncs?.now ?? { acts: 0, usage: {} });
  // 6 syncs a minute.
  expect(together).toBeGreaterThan(8_640 * one);
  expect(together).toBeLessThan(1.25 * 8_640 * one);
});
