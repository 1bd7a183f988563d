// A client that a component makes for itself.
import { useEffect, useState } from 'react';
import { createMissionControl, type MissionControl, type MissionControlOptions } from '../index';

interface OwnClient {
  readonly url: string;
  readonly client: MissionControl;
  /** Whether it connects by itself. */
  readonly isAuto: boolean;
  readonly setGetToken: (getToken: MissionControlOptions['getToken']) => void;
}

/** Reads the options once. It is idle, and holds nothing: React may throw it away, and make it on a server. */
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

/** A client that lives as long as the component, or until there is another `url`; connected while it is wanted. */
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
