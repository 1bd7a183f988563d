// Shows the filter and the order of the list: a field for words, a button for each status, the groups, and the order.
import type { ReactNode } from 'react';
import { statuses, type Filter, type Status } from '../../model/agents/filter';
import { longestText, sorts, type Route } from '../../model/route';
import { plainText } from '../../model/text/visible-text';

/** What the bar changes. */
export type Choice = Pick<Route, 'filter' | 'sort' | 'isGrouped'>;

interface FilterBarProps {
  readonly choice: Choice;
  /** Renders the buttons of the statuses. */
  readonly toggles: (onChange: (status: Status | undefined) => void) => ReactNode;
  /** The groups of all agents. */
  readonly groups: readonly string[];
  readonly isDense: boolean;
  readonly onChange: (choice: Choice) => void;
  readonly onDense: (isDense: boolean) => void;
}

const sortWords = { attention: 'Errors first', name: 'Name', newest: 'Last report' };

export function FilterBar(props: FilterBarProps) {
  const { choice, toggles, onChange } = props;
  const { filter } = choice;
  const change = (changed: Partial<Filter>) => {
    onChange({ ...choice, filter: { ...filter, ...changed } });
  };
  return (
    <div role="search" className="filter">
      <label>
        <span className="hidden">Filter agents and events</span>
        <input
          id="filter"
          type="search"
          value={filter.text}
          placeholder="Filter ( / )"
          maxLength={longestText}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => {
            change({ text: target.value });
          }}
        />
      </label>
      {toggles((status) => {
        change({ status });
      })}
      <Arrangement {...props} />
    </div>
  );
}

/** Which group is shown, and in which order and density. */
function Arrangement({ choice, groups, isDense, onChange, onDense }: FilterBarProps) {
  const { filter, sort, isGrouped } = choice;
  return (
    <div className="arrangement">
      {(groups.length > 1 || filter.group !== undefined) && (
        <GroupSelect
          group={filter.group}
          groups={groups}
          onChange={(group) => {
            onChange({ ...choice, filter: { ...filter, group } });
          }}
        />
      )}
      <label className="select">
        <span>Sort</span>
        <select
          value={sort}
          onChange={({ target }) => {
            onChange({ ...choice, sort: sorts.find((each) => each === target.value) ?? sort });
          }}
        >
          {sorts.map((each) => (
            <option key={each} value={each}>
              {sortWords[each]}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="toggle"
        aria-pressed={isGrouped}
        onClick={() => {
          onChange({ ...choice, isGrouped: !isGrouped });
        }}
      >
        By group
      </button>
      <button
        type="button"
        className="toggle"
        aria-pressed={isDense}
        onClick={() => {
          onDense(!isDense);
        }}
      >
        Dense
      </button>
    </div>
  );
}

interface StatusTogglesProps {
  readonly status: Status | undefined;
  readonly counts: Readonly<Record<Status, number>>;
  readonly onChange: (status: Status | undefined) => void;
}

export function StatusToggles({ status, counts, onChange }: StatusTogglesProps) {
  // A pressed button is always shown, so that it can be released.
  const shown = statuses.filter(
    (each) => each !== 'unknown' || counts.unknown > 0 || status === 'unknown',
  );
  return (
    <div className="toggles" role="group" aria-label="Show one status only">
      {shown.map((each) => (
        <button
          key={each}
          type="button"
          className="toggle"
          data-status={each}
          aria-pressed={status === each}
          onClick={() => {
            onChange(status === each ? undefined : each);
          }}
        >
          <span className="mark" aria-hidden="true" />
          {counts[each].toLocaleString()} {each}
        </button>
      ))}
    </div>
  );
}

interface GroupSelectProps {
  readonly group: string | undefined;
  readonly groups: readonly string[];
  readonly onChange: (group: string | undefined) => void;
}

/** The value of the option for all groups. Those of groups begin with an equals sign. */
const all = 'all';

function GroupSelect({ group, groups, onChange }: GroupSelectProps) {
  // That of the address may have no agents.
  const listed = group === undefined || groups.includes(group) ? groups : [group, ...groups];
  return (
    <label className="select">
      <span>Group</span>
      <select
        value={group === undefined ? all : `=${group}`}
        onChange={({ target }) => {
          onChange(target.value === all ? undefined : target.value.slice(1));
        }}
      >
        <option value={all}>All</option>
        {listed.map((each) => (
          <option key={each} value={`=${each}`}>
            {each === '' ? 'No group' : plainText(each, true)}
          </option>
        ))}
      </select>
    </label>
  );
}
