// Shows the statuses of an agent that this page has received, and for how long the agent had each.
import { memo } from 'react';
import { FullTime, RelativeTime, useTimeText } from '../parts/clock';
import { StatusMark } from '../parts/status-mark';
import type { StatusPeriod } from '../../model/agents/agent-history';
import { durationWords } from '../../model/text/relative-time';

export function StatusHistory({ periods }: { readonly periods: readonly StatusPeriod[] }) {
  return (
    <section className="status-history" aria-labelledby="status-title">
      <h3 id="status-title">Status history</h3>
      {periods.length === 0 ? (
        <p className="nothing">It has not reported a status.</p>
      ) : (
        <ol>
          {periods.map((period) => (
            <Period key={period.id} period={period} />
          ))}
        </ol>
      )}
      <p className="note">
        Statuses that this page has received since it was opened. The service keeps only the newest
        one; a restored status may have been preceded by others.
      </p>
    </section>
  );
}

const Period = memo(function Period({ period }: { readonly period: StatusPeriod }) {
  const { status, from, until, isRestored } = period;
  const duration = useTimeText((now) => `for ${durationWords((until ?? now) - from)}`);
  return (
    <li className="period" data-status={status}>
      <StatusMark status={status} /> <FullTime at={from} text={duration} />{' '}
      {isRestored && <span className="restored">restored</span>} <RelativeTime at={from} />
    </li>
  );
});
