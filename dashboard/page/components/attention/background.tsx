// What follows the events without being part of the visible page: announcements, notifications, and the title and icon of the page.
import type { Agent } from '#sdk/client';
import { useAgents, useMissionControl } from '#sdk/client/react/index';
import { Announcements } from './announcements';
import { AttentionView } from './attention';
import { Notifications } from './notifications';
import { startRoute } from '../../model/route';
import type { Timers } from '../../model/attention/pace';

interface BackgroundProps {
  readonly timers: Timers;
  /** Called when the user clicks a notification about one agent; always the same function. */
  readonly onOpen: (agentId: string) => void;
}

const isInError = ({ status }: Agent) => status === 'error';

export function Background({ timers, onOpen }: BackgroundProps) {
  const client = useMissionControl();
  // In the order of the list, so that the client keeps one order.
  const errors = useAgents({ filter: isInError, sort: startRoute.sort }).length;
  return (
    <>
      <AttentionView errors={errors} />
      <Announcements client={client} timers={timers} />
      <Notifications client={client} timers={timers} onOpen={onOpen} />
    </>
  );
}
