// The posts to each connection of a fan-out: those of the messages that it may see.
import type { Connection, Lane } from '../connections/ports';
import { maySee, type View } from '../connections/view';
import type { OutgoingMessage } from './outgoing-message';
import { createPostList, type PostList } from './post-list';

export interface PostLists {
  /** The posts to connections that get everything. */
  readonly all: PostList;
  /** The posts to a connection. Returns the same list for all connections that get the same messages. */
  of(connection: Pick<Connection, 'view'>): PostList;
}

/** The size of the selections that are kept, in characters, so that very many different views do not fill the memory. */
const maxKept = 50_000_000;

/** Each view is compared with the messages once, and each selection of messages is put into batches once. */
export function createPostLists(messages: readonly OutgoingMessage[], lane: Lane): PostLists {
  const all = createPostList(messages, lane);
  const byView = new Map<View, PostList>();
  const bySelection = new Map<string, PostList>();
  let kept = 0;

  function select(view: View): PostList {
    const visible = [...messages.keys()].filter((index) => maySee(view, messages[index]?.agentId));
    if (visible.length === messages.length) return all;
    const selection = visible.join();
    const known = bySelection.get(selection);
    if (known !== undefined) return known;
    const list = createPostList(
      visible.flatMap((index) => messages[index] ?? []),
      lane,
    );
    kept += list.texts.reduce((sum, { length }) => sum + length, selection.length);
    if (kept > maxKept) {
      // Those that are made again have the same posts.
      byView.clear();
      bySelection.clear();
      kept = 0;
    }
    bySelection.set(selection, list);
    return list;
  }

  return {
    all,
    of({ view }) {
      if (view === undefined) return all;
      const known = byView.get(view);
      if (known !== undefined) return known;
      const list = select(view);
      byView.set(view, list);
      return list;
    },
  };
}
