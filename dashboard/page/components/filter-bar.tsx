// Shows the filter: a field for words, and a button for each status.
import { statuses, type Filter, type Status } from '../model/filter';
import { longestText } from '../model/route';

interface FilterBarProps {
  readonly filter: Filter;
  readonly counts: Readonly<Record<Status, number>>;
  readonly onChange: (filter: Filter) => void;
}

export function FilterBar({ filter, counts, onChange }: FilterBarProps) {
  // A pressed button is always shown, so that it can be released.
  const shown = statuses.filter(
    (status) => status !== 'unknown' || counts.unknown > 0 || filter.status === 'unknown',
  );
  return (
    <div role="search" className="filter">
      <label>
        <span className="hidden">Filter agents and events</span>
        <input
          type="search"
          value={filter.text}
          placeholder="Filter agents, sessions, messages"
          maxLength={longestText}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => {
            onChange({ ...filter, text: target.value });
          }}
        />
      </label>
      <div className="toggles" role="group" aria-label="Show one status only">
        {shown.map((status) => {
          const isPressed = filter.status === status;
          return (
            <button
              key={status}
              type="button"
              className="toggle"
              data-status={status}
              aria-pressed={isPressed}
              onClick={() => {
                onChange({ ...filter, status: isPressed ? undefined : status });
              }}
            >
              <span className="mark" aria-hidden="true" />
              {counts[status].toLocaleString()} {status}
            </button>
          );
        })}
      </div>
    </div>
  );
}
