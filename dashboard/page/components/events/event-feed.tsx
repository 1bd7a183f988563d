// Shows the events that match the filter of the page.
import { useMemo } from 'react';
import { useConnection, useEvents, useMissionControl } from '#sdk/client/react/index';
import { eventFilter } from '../../model/events/event-filter';
import { eventsAsked, FeedView, type FeedViewProps } from './feed';
import { formatRoute, type Route } from '../../model/route';

interface EventFeedProps extends Pick<FeedViewProps, 'held' | 'onHold'> {
  readonly route: Route;
}

export function EventFeed({ route, held, onHold }: EventFeedProps) {
  const { agents } = useMissionControl();
  const events = useEvents({ limit: eventsAsked });
  const { visibleAgents } = useConnection();
  const { filter } = route;
  const isShown = useMemo(() => eventFilter(agents, filter), [agents, filter]);
  const hrefOf = useMemo(
    () => (agentId: string) => formatRoute({ ...route, page: { name: 'agent', agentId } }),
    [route],
  );
  const view = JSON.stringify(visibleAgents ?? ['*']);
  return <FeedView {...{ events, isShown, hrefOf, view, held, onHold }} />;
}
