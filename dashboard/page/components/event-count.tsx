// Counts the events since the page was opened. It is updated once a second: a number that runs cannot be read.
import { useEffect, useState } from 'react';
import type { MissionControl } from '#sdk/client';
import { useTimeText } from './clock';

export function EventCount({ client }: { readonly client: Pick<MissionControl, 'on'> }) {
  const [counter] = useState(createCounter);
  useEffect(
    () =>
      client.on('change', ({ changes }) => {
        // Those of a snapshot happened at another time.
        counter.add(changes.filter(({ source }) => source === 'live').length);
      }),
    [client, counter],
  );
  const words = useTimeText(() => counter.words());
  return words === '' ? null : <footer>{words}</footer>;
}

function createCounter() {
  let count = 0;
  return {
    add(more: number) {
      count += more;
    },
    words() {
      if (count === 0) return '';
      const what = count === 1 ? 'event' : 'events';
      return `${count.toLocaleString()} ${what} since this page was opened`;
    },
  };
}
