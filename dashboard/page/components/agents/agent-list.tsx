// Shows the agents that match the filter: only the rows that are visible are elements. The list has one tab stop, and arrow keys.
import { useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import type { Agent } from '#sdk/client';
import { AgentRow } from './agent-row';
import { GroupHeading } from './group-heading';
import { keyOf, type ListItem } from '../../model/agents/groups';
import { nextIndex } from '../../model/agents/list-keys';
import { rowAt, useFocusInList, useListMemory, useOffset } from './list-memory';

type Item = ListItem<Agent>;

interface AgentListProps {
  /** Identifies the list: its filter and order. */
  readonly list: string;
  /** The agents in display order, with the headings of their groups. */
  readonly items: readonly Item[];
  /** Whether a row has one line. */
  readonly isDense: boolean;
  /** Returns the address of the page of an agent; the same function until the filter changes. */
  readonly hrefOf: (agentId: string) => string;
  /** Called when the heading of a group is pressed. */
  readonly onGroup: (group: string) => void;
}

/** The heights in rem, as in style.css: of a row, of a row with one line, and of a heading. */
const heights = { row: 3.75, denseRow: 2.25, heading: 2.25 };

/** The number of rows that are rendered before and after those that are visible. */
const overscan = 6;

export function AgentList({ list, items, isDense, hrefOf, onGroup }: AgentListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const memory = useListMemory(list, scroller);
  const [focusedKey, setFocusedKey] = useState(memory.focusedKey);
  const found = items.findIndex((item) => keyOf(item) === focusedKey);
  const stop = Math.max(0, found);
  const listeners = useFocusInList(focusedKey !== '', stop, items.length, scroller);
  const virtualizer = useRows({ items, isDense, stop, scroller, offset: memory.offset });
  const height = virtualizer.getTotalSize();
  useOffset(memory.offset, height, scroller, (offset) => {
    virtualizer.scrollToOffset(offset);
  });

  function press(event: KeyboardEvent<HTMLElement>): void {
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / (heights.row * remInPixels()));
    const to = nextIndex(event, stop, items.length, page);
    const item = to === undefined ? undefined : items[to];
    if (to === undefined || item === undefined) return;
    event.preventDefault();
    // The row must be an element before it gets the focus.
    flushSync(() => {
      setFocusedKey(keyOf(item));
    });
    virtualizer.scrollToIndex(to, { align: 'auto' });
    rowAt(to, scroller.current)?.focus({ preventScroll: true });
  }

  return (
    <div className="agent-scroll" data-dense={isDense} ref={scroller}>
      <ul
        className="agent-list"
        aria-labelledby="agents-title"
        style={{ height }}
        onKeyDown={press}
        {...listeners}
      >
        {virtualizer.getVirtualItems().map(({ index, key, size, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <li
              key={key}
              className={'agent' in item ? 'agent' : 'group'}
              data-index={index}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              style={{ height: size, transform: `translateY(${start}px)` }}
              onFocus={() => {
                setFocusedKey(keyOf(item));
                memory.focus(keyOf(item));
              }}
            >
              <Row
                item={item}
                tabIndex={index === stop ? 0 : -1}
                {...{ isDense, hrefOf, onGroup }}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface Rows extends Pick<AgentListProps, 'items' | 'isDense'> {
  readonly stop: number;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly offset: number;
}

/** Returns which rows are elements, and where they are. */
function useRows({ items, isDense, stop, scroller, offset }: Rows) {
  const rem = remInPixels();
  // eslint-disable-next-line react-hooks/incompatible-library -- the page is not built with React Compiler
  return useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const item = items[index];
      if (item !== undefined && !('agent' in item)) return heights.heading * rem;
      return (isDense ? heights.denseRow : heights.row) * rem;
    },
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan,
    initialOffset: offset,
    // Until it is measured.
    initialRect: { width: 0, height: window.innerHeight },
    rangeExtractor: (range) => withIndex(range, stop),
  });
}

interface RowProps extends Pick<AgentListProps, 'isDense' | 'hrefOf' | 'onGroup'> {
  readonly item: Item;
  readonly tabIndex: number;
}

function Row({ item, tabIndex, isDense, hrefOf, onGroup }: RowProps) {
  if (!('agent' in item)) return <GroupHeading {...item} tabIndex={tabIndex} onPress={onGroup} />;
  const { agent } = item;
  return (
    <AgentRow agent={agent} href={hrefOf(agent.agentId)} isDense={isDense} tabIndex={tabIndex} />
  );
}

/** The visible rows, and the one with the tab stop, which keeps the focus when it is scrolled out of view. */
function withIndex(range: Range, index: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (index >= range.count || indexes.includes(index)) return indexes;
  return [...indexes, index].sort((one, other) => one - other);
}

/** Browsers let users change the size of text. */
function remInPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
