// Shows everything that the client knows of its connection, on request: for reports of problems.
import type { ReactNode } from 'react';
import type { Connection } from '#sdk/client';
import { useTimeText } from '../parts/clock';
import { EventTime, useToday } from '../parts/event-time';
import { connectionWords, reasonWords } from '../../model/connection/connection-words';
import { secondsUntil } from '../../model/text/relative-time';
import { UntrustedText } from '../parts/visible-text';

interface ConnectionDetailsProps {
  readonly connection: Connection;
}

export function ConnectionDetails({ connection }: ConnectionDetailsProps) {
  return (
    <details className="connection-details">
      <summary>Connection details</summary>
      <dl>
        <Details connection={connection} />
      </dl>
    </details>
  );
}

function Details({ connection }: ConnectionDetailsProps) {
  const { attempt, retryInMs, code, reason, refusal, since } = connection;
  const { visibleAgents, state, isSynced } = connection;
  const today = useToday();
  const next = useTimeText((now) =>
    retryInMs === undefined ? '' : `in ${secondsUntil(since + retryInMs, now)} s`,
  );
  return (
    <>
      <Detail term="State">{connectionWords(connection, 0).title}</Detail>
      {/* Before the client has begun, there is no time. */}
      {since > 0 && (
        <Detail term="Since">
          <EventTime at={since} today={today} />
        </Detail>
      )}
      {reason !== undefined && (
        <Detail term="Reason">
          <UntrustedText of={reasonWords(connection)} /> (
          <code>
            <UntrustedText of={refusal ?? reason} />
          </code>
          )
        </Detail>
      )}
      {code !== undefined && <Detail term="Close code">{code}</Detail>}
      {attempt > 0 && <Detail term="Attempt">{attempt}</Detail>}
      {next !== '' && <Detail term="Next attempt">{next}</Detail>}
      {state === 'connected' && (
        <>
          <Detail term="Snapshot">{isSynced ? 'complete' : 'not yet complete'}</Detail>
          <Detail term="Visible agents">
            <Patterns of={visibleAgents} />
          </Detail>
        </>
      )}
    </>
  );
}

function Detail({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Patterns({ of }: { readonly of: Connection['visibleAgents'] }) {
  if (of === undefined) return 'all';
  if (of.length === 0) return 'none';
  return (
    <ul>
      {of.map((pattern) => (
        <li key={pattern}>
          <UntrustedText of={pattern} />
        </li>
      ))}
    </ul>
  );
}
