// Announces important changes to screen readers, unless the user has switched that off.
import { useEffect, useState } from 'react';
import type { MissionControl } from '#sdk/client';
import { Switch, usePreference } from '../parts/preferences';
import { announceChanges } from '../../model/attention/announcer';
import type { Timers } from '../../model/attention/pace';

interface AnnouncementsProps {
  readonly client: Pick<MissionControl, 'connection' | 'agents' | 'on'>;
  readonly timers: Timers;
}

/** Renders the live region, which is empty at first: only what is put into a region that exists is announced. */
export function Announcements({ client, timers }: AnnouncementsProps) {
  const [isOn] = usePreference('announcements', true);
  const [said, setSaid] = useState({ text: '', number: 0 });
  useEffect(() => {
    if (!isOn) return undefined;
    const say = (text: string) => {
      setSaid(({ number }) => ({ text, number: number + 1 }));
    };
    const stop = announceChanges(client, say, timers);
    return () => {
      stop();
      // Otherwise it would be announced again when announcements are switched on.
      say('');
    };
  }, [client, timers, isOn]);
  return (
    <div className="hidden" role="status">
      {/* A new element each time: the same text may have to be announced twice. */}
      <span key={said.number}>{said.text}</span>
    </div>
  );
}

/** Switches announcements on and off. */
export function AnnouncementSetting() {
  const [isOn, set] = usePreference('announcements', true);
  return <Switch label="Announce errors to screen readers" isOn={isOn} onChange={set} />;
}
