// Shows what the user can switch on and off, and the details of the connection, on request.
import type { Connection } from '#sdk/client';
import { AnnouncementSetting } from './announcements';
import { ConnectionDetails } from './connection-details';
import { NotificationSetting } from './notifications';

export function Settings({ connection }: { readonly connection: Connection }) {
  return (
    <details className="settings">
      <summary>Settings</summary>
      <div className="settings-panel">
        <NotificationSetting />
        <AnnouncementSetting />
        <ConnectionDetails connection={connection} />
      </div>
    </details>
  );
}
