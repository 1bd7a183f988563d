// Shows what the user can switch on and off, and the details of the connection, on request.
import { useEffect, useRef } from 'react';
import type { Connection } from '#sdk/client';
import { AnnouncementSetting } from './attention/announcements';
import { ConnectionDetails } from './connection/connection-details';
import { NotificationSetting } from './attention/notifications';

/** Shows a panel, which Escape and a press outside close. */
export function Settings({ connection }: { readonly connection: Connection }) {
  const panel = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const details = panel.current;
      if (details?.open !== true) return;
      if ('key' in event) {
        if (event.key !== 'Escape') return;
        // It must not also leave the page of an agent.
        event.preventDefault();
        details.querySelector('summary')?.focus();
      } else if (details.contains(event.target as Node)) return;
      details.open = false;
    };
    // Captured, so that it comes before the shortcuts of the page.
    document.addEventListener('keydown', close, true);
    document.addEventListener('pointerdown', close);
    return () => {
      document.removeEventListener('keydown', close, true);
      document.removeEventListener('pointerdown', close);
    };
  }, []);
  return (
    <details className="settings" ref={panel}>
      <summary>Settings</summary>
      <div className="settings-panel">
        <NotificationSetting />
        <AnnouncementSetting />
        <ConnectionDetails connection={connection} />
      </div>
    </details>
  );
}
