// What the cost model is given of a snapshot.
import { measuredOf } from '#verify/measured';

const status = (agentId: string) =>
  JSON.stringify({ type: 'agent:status', payload: { agentId, status: 'online', timestamp: 1 } });

it('has nothing without a snapshot', () => {
  expect(measuredOf(undefined, 'verify-1')).toEqual({});
});

it('counts the agents without those of verifications, and takes the average size of their messages', () => {
  const agents = [status('a'), status('abcé'), status('verify-1'), status('verify-2')];
  const snapshot = { agents, sessions: [], heartbeatSeconds: 30 };
  const bytes = Buffer.byteLength(status('a'));
  expect(measuredOf(snapshot, 'verify-1')).toEqual({
    ...{ agents: 2, sessions: 0, heartbeatSeconds: 30 },
    messageBytes: bytes + 2,
  });
});

it('has no size if there are no events of others', () => {
  const snapshot = { agents: [status('verify-1')], sessions: [], heartbeatSeconds: undefined };
  expect(measuredOf(snapshot, 'verify-1')).toEqual({ agents: 0, sessions: 0 });
});
