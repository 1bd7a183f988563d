// Tells since when the data of the page may be out of date.
import { useState } from 'react';
import type { Connection } from '#sdk/client';

/**
 * Returns when the connection was lost, in milliseconds since the Unix epoch; undefined while it is connected, and until it has
 * been.
 */
export function useStaleSince({ state, since }: Connection): number | undefined {
  const isConnected = state === 'connected';
  const [known, setKnown] = useState<{ wasConnected: boolean; staleSince: number | undefined }>({
    wasConnected: isConnected,
    staleSince: undefined,
  });
  if (isConnected && !(known.wasConnected && known.staleSince === undefined)) {
    setKnown({ wasConnected: true, staleSince: undefined });
  } else if (!isConnected && known.wasConnected && known.staleSince === undefined) {
    setKnown({ wasConnected: true, staleSince: since });
  }
  return isConnected ? undefined : known.staleSince;
}
