// Shows a status by colour, shape and word, so that it can be recognized by each of them.
import type { Status } from '../../model/agents/filter';

export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span className="status" data-status={status}>
      <span className="mark" aria-hidden="true" />
      {status}
    </span>
  );
}
