// Handshakes without a valid token are refused.
import { Connection, HandshakeRefused, type HandshakeOptions } from '../connection';
import type { Run, Step } from '../step';
import { DoesNotHold, NotChecked } from '../verdicts';
import { timed } from '../wait';
import { otherUser, unsigned, withOtherSignature } from '../wrong-tokens';
import { withHeader } from './handshakes';

interface Refusal {
  readonly name: string;
  /** Returns undefined if it cannot be checked. */
  readonly options: (run: Run) => HandshakeOptions | undefined;
}

const refused: readonly Refusal[] = [
  { name: 'no token', options: () => ({}) },
  { name: 'a text that is no token', options: () => withHeader('no-token') },
  { name: 'another signature', options: with_(withOtherSignature) },
  { name: 'another user in a signed token', options: with_(otherUser) },
  { name: 'a token without a signature', options: with_(unsigned) },
  {
    name: 'an expired token',
    options: ({ service: { expiredToken } }) =>
      expiredToken === undefined ? undefined : withHeader(expiredToken),
  },
];

function with_(change: (token: string) => string) {
  return ({ service }: Run) => withHeader(change(service.token));
}

export const refusals: readonly Step[] = refused.map(({ name, options }) => ({
  name: `refuses ${name}`,
  async run(run) {
    const given = options(run);
    if (given === undefined) {
      throw new NotChecked('only the token issuer can make one: give --expired-token');
    }
    return timed(1, () => expectRefusal(run, given));
  },
}));

/** @throws {DoesNotHold} if the answer is anything else than a 401 */
async function expectRefusal(run: Run, options: HandshakeOptions): Promise<void> {
  const expected = 'HTTP 401';
  let connection: Connection;
  try {
    connection = await Connection.open(run.service.url, options, run);
  } catch (error) {
    if (!(error instanceof HandshakeRefused)) throw error;
    if (error.status === 401) return;
    throw new DoesNotHold(expected, `HTTP ${error.status ?? '?'}`);
  }
  run.known.opened.add(connection);
  throw new DoesNotHold(expected, 'HTTP 101: the connection is open');
}
