// Lets the components that use `useWebSocket` with the same token, URL and options share one client.
import { useEffect, useMemo, useState } from 'react';
import { claimsOf } from '../connection/link/token';
import { subscriptionOf } from '../connection/subscription';
import { createMissionControl, type MissionControl, type MissionControlOptions } from '../index';

type Options = Omit<MissionControlOptions, 'getToken'>;

/** What a component asks for. */
interface Wanted {
  /** Empty: no connection. */
  readonly token: string;
  /** The patterns of the agents, as JSON. */
  readonly agents: string;
  /** The URL, and the other options as they were when the component was mounted. */
  readonly options: Options;
}

/** A client, and the components that use it. After each tick, all of them want what it has been told. */
interface Shared {
  readonly client: MissionControl;
  readonly users: Set<User>;
  wanted: Wanted;
}

/** A component. */
interface User {
  wanted: Wanted;
  shared?: Shared;
  /** Renders the component with another client. */
  use?: (shared: Shared) => void;
}

/** The clients of mounted components. Only effects change it, so it is empty on a server. */
const all = new Set<Shared>();
let isDue = false;

/** Returns the client of a component, which shares it with all components that want the same. */
export function useSharedClient(options: Options, token: string): MissionControl {
  const { url } = options;
  const agents = JSON.stringify(options.agents);
  const [kept] = useState(options);
  const wanted = useMemo(() => {
    // Invalid patterns throw here, where React can handle the error, instead of when the client subscribes.
    if (agents) subscriptionOf(JSON.parse(agents) as string[]);
    return { token, agents, options: { ...kept, url } };
  }, [token, url, agents, kept]);
  const [user] = useState<User>({ wanted });
  const [shared, use] = useState(() => find(wanted));
  // Until the component has its client, it has an empty one: what another user may see must not be rendered even once. It uses
  // no resources, not even the signal, because React may discard it, or create it on a server.
  const { client } = useMemo(
    () =>
      shared && isAlike(shared.wanted, wanted) ? shared : create({ ...wanted, options: { url } }),
    [shared, wanted, url],
  );
  useEffect(() => {
    ask(user, wanted);
  }, [user, wanted]);
  useEffect(() => mount(user, use), [user, use]);
  return client;
}

function ask(user: User, wanted: Wanted): void {
  user.wanted = wanted;
  later();
}

function mount(user: User, use: (shared: Shared) => void): () => void {
  user.use = use;
  join(user);
  return () => {
    user.shared?.users.delete(user);
    later();
  };
}

/** Joins the users of the client that is told what the component wants. Without one, creates it. */
function join(user: User): void {
  const { wanted } = user;
  const shared = find(wanted) ?? create(wanted);
  if (!all.has(shared)) {
    all.add(shared);
    shared.wanted = { ...shared.wanted, token: '' };
    tell(shared, wanted);
  }
  shared.users.add(user);
  user.shared = shared;
  user.use?.(shared);
}

/** Decides at the end of this tick, when all components of a page have been rendered with a new token. */
function later(): void {
  if (isDue) return;
  isDue = true;
  queueMicrotask(() => {
    isDue = false;
    all.forEach(settle);
  });
}

/**
 * If all users of a client want something else together, tells the client. Otherwise those that do, leave it: nothing changes
 * for the others. A client without users is closed.
 */
function settle(shared: Shared): void {
  const { client, users } = shared;
  const [first] = users;
  const areTogether = first && [...users].every(({ wanted }) => isSame(wanted, first.wanted));
  const isFree = areTogether && (find(first.wanted) ?? shared) === shared;
  if (isFree && isAlike(shared.wanted, first.wanted)) {
    tell(shared, first.wanted);
    return;
  }
  for (const user of users) {
    if (isSame(user.wanted, shared.wanted)) continue;
    users.delete(user);
    join(user);
  }
  if (users.size > 0) return;
  all.delete(shared);
  client.close();
}

/** Tells a client its token and its agents. */
function tell(shared: Shared, wanted: Wanted): void {
  const { client, wanted: before } = shared;
  shared.wanted = wanted;
  if (wanted.agents !== before.agents) client.subscribe(JSON.parse(wanted.agents) as string[]);
  if (wanted.token === before.token || wanted.options.autoConnect === false) return;
  if (before.token) client.refresh();
  else client.reconnect();
}

function create(wanted: Wanted): Shared {
  const { agents, options } = wanted;
  const shared: Shared = {
    client: createMissionControl({
      ...{ ...options, agents: JSON.parse(agents) as string[], autoConnect: false },
      getToken: () => shared.wanted.token,
    }),
    users: new Set(),
    wanted,
  };
  return shared;
}

/** Returns the client that has been told this. */
function find(wanted: Wanted): Shared | undefined {
  return [...all].find((shared) => isSame(shared.wanted, wanted));
}

function isSame(one: Wanted, other: Wanted): boolean {
  return one.token === other.token && one.agents === other.agents && isAlike(one, other);
}

/**
 * Whether a client that was told the first can be told the second: it is for the same URL, options and user. Durations are
 * compared by value.
 */
function isAlike(one: Wanted, other: Wanted): boolean {
  // Tokens without a `sub` may be those of two users, so this value is equal to no other.
  const { sub = {} } = claimsOf(one.token);
  const isSameUser = one.token === other.token || sub === claimsOf(other.token).sub;
  const names = Object.keys({ ...one.options, ...other.options }) as (keyof Options)[];
  return (
    isSameUser &&
    names.every((name) => {
      const [value, otherValue] = [one.options[name], other.options[name]];
      if (name === 'timing') return JSON.stringify(value) === JSON.stringify(otherValue);
      return name === 'agents' || value === otherValue;
    })
  );
}
