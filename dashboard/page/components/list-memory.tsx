// Puts the list where it was when it is shown again.
import {
  createContext,
  useContext,
  useEffect,
  useLayoutEffect,
  useState,
  type RefObject,
} from 'react';
import { createListMemory } from '../model/list-memory';

export const ListMemoryContext = createContext(createListMemory());

/**
 * Returns where the list was when it was shown the last time. If nothing has the focus, the row that had it gets it back.
 * @param list identifies the list: its filter and order
 */
export function useListMemory(list: string, scroller: RefObject<HTMLElement | null>) {
  const memory = useContext(ListMemoryContext);
  const [start] = useState(() => ({
    offset: memory.offsetOf(list),
    focusedKey: memory.focusedKey(),
  }));
  const { focusedKey } = start;
  useEffect(() => {
    const element = scroller.current;
    if (focusedKey !== '' && document.activeElement === document.body) {
      element?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
    }
  }, [scroller, focusedKey]);
  // Before the element is removed: after that it has no offset.
  useLayoutEffect(() => {
    const element = scroller.current;
    return () => {
      memory.leave(list, element?.scrollTop ?? 0);
    };
  }, [memory, scroller, list]);
  return { ...start, focus: memory.focus };
}
