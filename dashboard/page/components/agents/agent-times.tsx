// Shows the status of an agent, for how long it has had it, and when it has reported the last time.
import { memo } from 'react';
import type { Agent } from '#sdk/client';
import { FullTime, RelativeTime, useTimeText } from '../parts/clock';
import { StatusMark } from '../parts/status-mark';
import { statusOf } from '../../model/agents/filter';
import { durationWords } from '../../model/text/relative-time';
import { silenceWords } from '../../model/agents/silence';

export const AgentTimes = memo(function AgentTimes({ agent }: { readonly agent: Agent }) {
  const { since } = agent;
  const status = statusOf(agent);
  const duration = useTimeText((now) =>
    since === undefined ? '' : `for ${durationWords(now - since)}`,
  );
  return (
    <p className="agent-status">
      <StatusMark status={status} />
      {since !== undefined && (
        <>
          {' '}
          <FullTime at={since} text={duration} />
        </>
      )}
    </p>
  );
});

/** Shows when an agent has reported the last time, and marks one that has not for long. */
export const LastReport = memo(function LastReport({ agent }: { readonly agent: Agent }) {
  const { lastSeen } = agent;
  const silence = useTimeText((now) => silenceWords(statusOf(agent), lastSeen, now) ?? '');
  if (lastSeen === undefined) return null;
  return (
    <p className="last-report" data-silent={silence !== ''}>
      {silence === '' ? (
        <>
          <span className="last-report-label">last report </span>
          <RelativeTime at={lastSeen} />
        </>
      ) : (
        <FullTime at={lastSeen} text={silence} />
      )}
    </p>
  );
});
