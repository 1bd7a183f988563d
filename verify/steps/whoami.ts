// `/whoami` accepts the token, whose scope has the agent of the verification.
import { filterOf } from '#sdk/protocol';
import { get, wordsOf } from '../http';
import type { Run, Step } from '../step';
import { DoesNotHold, NotChecked } from '../verdicts';
import { timed } from '../wait';

export const whoami: Step = {
  name: 'whoami',
  async run(run) {
    const { whoamiUrl, token } = run.service;
    if (whoamiUrl === undefined) throw new NotChecked('its URL is not known: give --whoami-url');
    return timed(run.times, async () => {
      const answer = await get(whoamiUrl, { authorization: `Bearer ${token}` }, run);
      const { userId, agents } = (answer.body ?? {}) as { userId?: unknown; agents?: unknown };
      if (answer.status !== 200 || typeof userId !== 'string') {
        throw new DoesNotHold('HTTP 200 with the user of the token', wordsOf(answer));
      }
      run.known.userId = userId;
      requireScope(run, agents);
    });
  },
};

/** Without the agent in its scope, the user would get none of its messages. */
function requireScope({ agentId }: Run, agents: unknown): void {
  if (!Array.isArray(agents)) return;
  if (filterOf(agents.map(String)).matches(agentId)) return;
  throw new DoesNotHold(
    `a token whose user may see the agent ${agentId}, e.g. by the pattern verify-*`,
    `the scope ${JSON.stringify(agents)}`,
  );
}
