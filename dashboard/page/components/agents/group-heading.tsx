// Shows the heading of a group in the list: a button that shows only this group, or all groups again.
import { memo } from 'react';
import type { Agent } from '#sdk/client';
import { GroupName } from './group-name';

interface GroupHeadingProps {
  readonly group: string;
  readonly members: readonly Agent[];
  readonly tabIndex: number;
  readonly onPress: (group: string) => void;
}

export const GroupHeading = memo(function GroupHeading(props: GroupHeadingProps) {
  const { group, members, tabIndex, onPress } = props;
  const errors = members.filter(({ status }) => status === 'error').length;
  return (
    <button
      type="button"
      className="group-heading"
      tabIndex={tabIndex}
      onClick={() => {
        onPress(group);
      }}
    >
      <strong>
        <GroupName of={group} />
      </strong>{' '}
      <span className="count">
        {members.length.toLocaleString()} {members.length === 1 ? 'agent' : 'agents'}
      </span>
      {errors > 0 && (
        <>
          {' '}
          <span className="errors">{errors.toLocaleString()} error</span>
        </>
      )}
    </button>
  );
});
