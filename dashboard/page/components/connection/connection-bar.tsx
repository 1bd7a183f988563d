// Shows the state of the connection, a countdown to the next attempt, and a button.
import type { Connection } from '#sdk/client';
import { TimeOfDay, useTimeText } from '../parts/clock';
import { connectionWords, visibleWords } from '../../model/connection/connection-words';
import { UntrustedText } from '../parts/visible-text';

interface ConnectionBarProps {
  readonly connection: Connection;
  /** The time since which the page's data may be out of date, in milliseconds since the Unix epoch; undefined if it is current. */
  readonly staleSince: number | undefined;
  /** Details of the reason, if there are any. */
  readonly problem: string | undefined;
  /** Called when the button is pressed; undefined to show no button, if the page has a form instead. */
  readonly onAct: (() => void) | undefined;
}

export function ConnectionBar({ connection, staleSince, problem, onAct }: ConnectionBarProps) {
  const { title, tone, action } = connectionWords(connection, 0);
  const detail = useTimeText((now) => connectionWords(connection, now).detail);
  return (
    <section className="connection" data-tone={tone} aria-label="Connection">
      <strong className="state">
        <span className="mark" aria-hidden="true" />
        {title}
      </strong>
      {[detail, problem, visibleWords(connection)].map(
        (text, index) =>
          text !== undefined &&
          text !== '' && (
            <span key={index}>
              <UntrustedText of={text} />
            </span>
          ),
      )}
      {staleSince !== undefined && (
        <span>
          Shown as of <TimeOfDay at={staleSince} />.
        </span>
      )}
      {action !== undefined && onAct !== undefined && (
        <button type="button" onClick={onAct}>
          {action}
        </button>
      )}
    </section>
  );
}
