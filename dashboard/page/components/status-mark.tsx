// A status as colour, as shape and as word: whoever cannot tell one, can tell another.
import type { Status } from '../model/filter';

export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span className="status" data-status={status}>
      <span className="mark" aria-hidden="true" />
      {status}
    </span>
  );
}
