// Creates the client of a component, and closes it when the component is unmounted.
import { useEffect, useState } from 'react';
import { createMissionControl, type MissionControl, type MissionControlOptions } from '../index';

interface OwnClient {
  readonly url: string;
  readonly client: MissionControl;
  /** Whether it connects when it is mounted. */
  readonly isAuto: boolean;
  readonly setGetToken: (getToken: MissionControlOptions['getToken']) => void;
}

/** Creates a client that is idle and uses no resources, because React may discard it, or create it on a server. */
function createOwnClient(options: MissionControlOptions): OwnClient {
  let { getToken } = options;
  return {
    url: options.url,
    client: createMissionControl({ ...options, autoConnect: false, getToken: () => getToken() }),
    isAuto: options.autoConnect !== false,
    setGetToken(newest) {
      getToken = newest;
    },
  };
}

/**
 * Returns the client of the component. It is replaced when `url` changes, and undefined without options.
 * @param isWanted whether it is connected, unless `autoConnect` is false
 */
export function useOwnClient(options: MissionControlOptions, isWanted: boolean): OwnClient;
export function useOwnClient(
  options: MissionControlOptions | undefined,
  isWanted: boolean,
): OwnClient | undefined;
export function useOwnClient(options: MissionControlOptions | undefined, isWanted: boolean) {
  const [kept, keep] = useState(() => options && createOwnClient(options));
  const isKept = kept?.url === options?.url;
  const own = isKept ? kept : options && createOwnClient(options);
  if (!isKept) keep(own);
  useEffect(() => {
    if (options) own?.setGetToken(options.getToken);
  });
  useEffect(() => {
    if (!own?.isAuto || !isWanted) return undefined;
    own.client.reconnect();
    return own.client.close;
  }, [own, isWanted]);
  return own;
}
