// Goes from the page of an agent to where the user came from: the list or the feed.
import { useEffect, useMemo, useRef } from 'react';
import type { Address } from '../model/address';
import { startRoute, type Route } from '../model/route';

/** Returns what the keys do on the page of an agent; undefined if none is shown. */
export function useAgentKeys(route: Route, address: Address) {
  const before = useRef(startRoute.page);
  useEffect(() => {
    if (route.page.name !== 'agent') before.current = route.page;
  }, [route]);
  return useMemo(() => {
    if (route.page.name !== 'agent') return undefined;
    return {
      goBack() {
        address.go({ ...route, page: before.current });
      },
      showList() {
        address.go({ ...route, page: startRoute.page });
      },
    };
  }, [route, address]);
}
