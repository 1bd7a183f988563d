// Puts the list where it was when it is shown again.
import {
  createContext,
  useContext,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type RefObject,
} from 'react';
import { createListMemory } from '../../model/agents/list-memory';

export const ListMemoryContext = createContext(createListMemory(() => sessionStorage));

/**
 * Returns where the list was when it was shown the last time.
 * @param list identifies the list: its filter and order
 */
export function useListMemory(list: string, scroller: RefObject<HTMLElement | null>) {
  const memory = useContext(ListMemoryContext);
  const [start] = useState(() => ({
    offset: memory.offsetOf(list),
    focusedKey: memory.focusedKey(),
  }));
  // Before the element is removed: after that it has no offset.
  useLayoutEffect(() => {
    const element = scroller.current;
    const leave = () => {
      memory.leave(list, element?.scrollTop ?? 0);
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [memory, scroller, list]);
  return { ...start, focus: memory.focus };
}

/**
 * Scrolls to the offset as soon as the list is long enough, unless the user has scrolled: after a reload, the agents arrive in
 * several messages.
 * @param height of all rows, in pixels
 * @param scrollTo scrolls to an offset, or as far as the list goes
 */
export function useOffset(
  offset: number,
  height: number,
  scroller: RefObject<HTMLElement | null>,
  scrollTo: (offset: number) => void,
) {
  /** Where this has scrolled to. */
  const place = useRef<number | undefined>(undefined);
  const scroll = useEffectEvent(scrollTo);
  useLayoutEffect(() => {
    const before = scroller.current?.scrollTop;
    if (before === undefined || before >= offset || before !== (place.current ?? before)) return;
    scroll(offset);
    place.current = scroller.current?.scrollTop;
  }, [offset, height, scroller]);
}

/**
 * Moves the focus into the list if nothing has it: to the row with the tab stop when the list is shown again, and to the row in
 * the same place when the one that had the focus has left the list.
 * @param hadFocus whether a row had the focus when the list was shown the last time
 * @param stop the index of the row with the tab stop
 * @param count the number of rows
 */
export function useFocusInList(
  hadFocus: boolean,
  stop: number,
  count: number,
  scroller: RefObject<HTMLElement | null>,
) {
  const isWithin = useRef(hadFocus);
  const place = useRef(stop);
  useEffect(() => {
    const isLost = isWithin.current && document.activeElement === document.body;
    const index = Math.min(place.current, count - 1);
    place.current = stop;
    if (isLost) rowAt(index, scroller.current)?.focus();
    // A list that is shown again while something else has the focus does not get it.
    else isWithin.current &&= scroller.current?.contains(document.activeElement) === true;
  }, [stop, count, scroller]);
  return {
    onFocus() {
      isWithin.current = true;
    },
    // React does not call this when the element with the focus is removed.
    onBlur() {
      isWithin.current = false;
    },
  };
}

/** Returns what can have the focus in a row: undefined if the row is so far from the visible ones that it is no element. */
export function rowAt(index: number, scroller: HTMLElement | null): HTMLElement | null | undefined {
  return scroller?.querySelector<HTMLElement>(`[data-index="${index}"] > :first-child`);
}
