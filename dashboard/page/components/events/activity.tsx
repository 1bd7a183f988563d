// Shows the events and the errors of each minute of the last hour as two small charts, and as a table on request.
import { createContext, useContext, useEffect, useId, useState, type ReactNode } from 'react';
import type { MissionControl } from '#sdk/client';
import { FullTime, useTimeText, useTimeValue } from '../parts/clock';
import { createActivity, type Activity, type MinuteCounts } from '../../model/events/activity';
import {
  activityWords,
  bars,
  drawing,
  ground,
  shortWords,
  type Measure,
} from '../../model/events/activity-words';
import { counted } from '../../model/text/counted';
import { timeOfDay } from '../../model/text/event-time';

const ActivityContext = createContext<Activity | undefined>(undefined);

interface ActivityProviderProps {
  readonly client: Pick<MissionControl, 'agents' | 'on'>;
  /** Returns the current time in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly children: ReactNode;
}

/** Counts the events of a client for the charts inside, from its first render on. */
export function ActivityProvider({ client, now, children }: ActivityProviderProps) {
  const [activity] = useState(() => createActivity(now));
  useEffect(() => {
    const stops = [
      client.on('change', ({ changes }) => {
        activity.take(changes);
      }),
      client.on('forgotten', ({ registers }) => {
        for (const { agentId } of registers.map(({ value }) => value)) {
          // Otherwise it was a session that the server has forgotten.
          if (!client.agents.has(agentId)) activity.forget(agentId);
        }
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, activity]);
  return <ActivityContext value={activity}>{children}</ActivityContext>;
}

function useActivity(): Activity {
  const activity = useContext(ActivityContext);
  if (activity === undefined) throw new Error('There is no ActivityProvider.');
  return activity;
}

/**
 * Shows the number of events since the page was opened. It is updated once a second: a number that runs cannot be read.
 * @throws {Error} outside of an {@link ActivityProvider} or of a {@link ClockContext}
 */
export function EventCount() {
  const activity = useActivity();
  const words = useTimeText(() => counted(activity.total(), 'event'));
  return activity.total() === 0 ? null : <footer>{words} since this page was opened</footer>;
}

interface ActivityChartsProps {
  /** The agent whose events are shown; undefined: those of all agents. */
  readonly agentId?: string | undefined;
}

/**
 * Renders at most once a second, whatever the rate of events.
 * @throws {Error} outside of an {@link ActivityProvider} or of a {@link ClockContext}
 */
export function ActivityCharts({ agentId }: ActivityChartsProps) {
  const activity = useActivity();
  const minutes = useTimeValue(() => activity.read(agentId));
  const titleId = useId();
  return (
    <section className="activity" aria-labelledby={titleId}>
      <h2 id={titleId}>Activity</h2>
      <Chart title="Events a minute" measure="events" minutes={minutes} />
      <Chart title="Errors a minute" measure="errors" minutes={minutes} />
      <div className="activity-foot">
        <p>Counted live since this page was opened.</p>
        <ActivityTable minutes={minutes} />
      </div>
    </section>
  );
}

interface ChartProps {
  readonly title: string;
  readonly measure: Measure;
  readonly minutes: readonly MinuteCounts[];
}

function Chart({ title, measure, minutes }: ChartProps) {
  return (
    <figure className="chart" data-measure={measure}>
      <figcaption>
        {title} <span className="count">{shortWords(minutes, measure)}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={`${title}: ${activityWords(minutes, measure)}`}
        viewBox={`0 0 ${drawing.width} ${drawing.height}`}
        preserveAspectRatio="none"
      >
        <path className="chart-ground" d={ground(minutes)} />
        <path className="chart-bars" d={bars(minutes, measure)} />
      </svg>
      <p className="chart-hour" aria-hidden="true">
        <span>1 h ago</span>
        <span>now</span>
      </p>
    </figure>
  );
}

/** The numbers of the charts, the newest first. They are rendered only while they are shown. */
function ActivityTable({ minutes }: Pick<ChartProps, 'minutes'>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary>As a table</summary>
      {isOpen && (
        <table>
          <caption className="hidden">Events and error reports of each minute</caption>
          <thead>
            <tr>
              <th scope="col">Minute</th>
              <th scope="col">Events</th>
              <th scope="col">Error reports</th>
            </tr>
          </thead>
          <tbody>
            {minutes.toReversed().map(({ at, events, errors }) => (
              <tr key={at}>
                <th scope="row">
                  <FullTime at={at} text={timeOfDay(at)} />
                </th>
                <td>{events.toLocaleString()}</td>
                <td>{errors.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
