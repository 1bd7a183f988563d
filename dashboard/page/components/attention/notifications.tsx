// Shows notifications of the operating system when agents begin to report an error, if the user has switched them on.
import { useEffect, useState } from 'react';
import type { MissionControl } from '#sdk/client';
import { Switch, usePreference } from '../parts/preferences';
import { notifyOfErrors, type ErrorNotification } from '../../model/attention/notifier';
import type { Timers } from '../../model/attention/pace';

interface NotificationsProps {
  readonly client: Pick<MissionControl, 'agents' | 'on'>;
  readonly timers: Timers;
  /** Called when the user clicks a notification about one agent. */
  readonly onOpen: (agentId: string) => void;
}

/** Renders nothing. */
export function Notifications({ client, timers, onOpen }: NotificationsProps) {
  const [isOn] = usePreference('notifications', false);
  useEffect(() => {
    if (!isOn || !isPermitted()) return undefined;
    return notifyOfErrors(
      client,
      (notification) => {
        show(notification, onOpen);
      },
      timers,
    );
  }, [client, timers, isOn, onOpen]);
  return null;
}

/** Switches notifications on and off. The browser is asked for the permission only here, because the user has asked for it. */
export function NotificationSetting() {
  const [isOn, set] = usePreference('notifications', false);
  const [problem, setProblem] = useState('');
  async function change(next: boolean): Promise<void> {
    const found = next ? await problemWithNotifications() : '';
    setProblem(found);
    set(next && found === '');
  }
  return (
    <div>
      <Switch
        label="Notify me of errors"
        isOn={isOn && isPermitted()}
        onChange={(next) => void change(next)}
      />
      <p className="setting-problem" role="status">
        {problem}
      </p>
    </div>
  );
}

const isPermitted = () => 'Notification' in globalThis && Notification.permission === 'granted';

/** Asks for the permission, and shows a first notification. Returns why it is not shown; empty if it is. */
async function problemWithNotifications(): Promise<string> {
  if (!('Notification' in globalThis)) return 'This browser shows no notifications of pages.';
  const permission = await Notification.requestPermission();
  if (permission !== 'granted')
    return 'The settings of your browser do not allow notifications of this page.';
  const first = { title: 'Mission Control', body: 'You will be notified of errors.' };
  return show({ ...first, agentId: undefined }, () => undefined)
    ? ''
    : 'This browser shows no notifications of pages.';
}

/** Shows a notification, which replaces the one before, also that of another window. Returns whether the browser can. */
function show(
  { title, body, agentId }: ErrorNotification,
  onOpen: NotificationsProps['onOpen'],
): boolean {
  try {
    // `renotify`: the user is alerted again, although the notification only replaces another one.
    const options = { body, tag: 'mission-control', renotify: true };
    const shown = new Notification(title, options);
    shown.onclick = () => {
      window.focus();
      shown.close();
      if (agentId !== undefined) onOpen(agentId);
    };
    return true;
  } catch {
    // Browsers of phones only let service workers show notifications.
    return false;
  }
}
