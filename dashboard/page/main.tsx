// The entry point of the page: reads the configuration, creates the client, and renders the page.
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { createMissionControl } from '#sdk/client';
import { MissionControlProvider } from '#sdk/client/react/index';
import { createAddress } from './model/address';
import { createListMemory } from './model/agents/list-memory';
import { App } from './components/app';
import { ClockContext, createClock } from './components/parts/clock';
import { markLastInput } from './model/last-input';
import { loadConfiguration } from './model/configuration';
import { createTokenSource } from './auth/token-source';

const now = () => Date.now();
const timers = {
  now,
  setTimeout: (due: () => void, delayMilliseconds: number) => setTimeout(due, delayMilliseconds),
  clearTimeout: (timer: unknown) => {
    clearTimeout(timer as number);
  },
};
/** More frequent changes cannot be read. */
const renderIntervalMs = 200;
/** Where the fragment of the address is while the user signs in. */
const fragmentKey = 'mission-control-fragment';

async function start(): Promise<ReactNode> {
  const pageUrl = location.href;
  const { webSocketUrl, whoamiUrl, token, commands } = await loadConfiguration(pageUrl);
  const tokens = createTokenSource(token, {
    fetch: (...request) => fetch(...request),
    pageUrl,
    // The provider redirects to the page without its fragment.
    showUrl: (url) => {
      const fragment = sessionStorage.getItem(fragmentKey) ?? '';
      sessionStorage.removeItem(fragmentKey);
      history.replaceState(null, '', `${url}${fragment}`);
    },
    goTo: (url) => {
      if (location.hash !== '') sessionStorage.setItem(fragmentKey, location.hash);
      location.assign(url);
    },
    storage: sessionStorage,
    now,
  });
  const client = createMissionControl({
    url: webSocketUrl,
    getToken: tokens.getToken,
    ...(whoamiUrl !== undefined && { whoamiUrl }),
    // If the token has to be pasted, there is none yet.
    autoConnect: tokens.remedy.kind !== 'paste',
    // The title, the icon and notifications are for users who look at another page.
    timing: { leaveWhenHiddenMs: Infinity },
  });
  return (
    <MissionControlProvider client={client} renderIntervalMs={renderIntervalMs}>
      <ClockContext value={createClock(globalThis, now)}>
        <App
          memory={createListMemory(() => sessionStorage)}
          address={createAddress(window)}
          tokens={tokens}
          commands={commands}
          timers={timers}
        />
      </ClockContext>
    </MissionControlProvider>
  );
}

markLastInput(document);
const container = document.getElementById('dashboard');
if (container === null) throw new Error('index.html has no element for the dashboard.');
const root = createRoot(container);
start().then(
  (page) => {
    root.render(<StrictMode>{page}</StrictMode>);
  },
  (error: unknown) => {
    root.render(
      <main className="failure" role="alert">
        <h1>Mission Control</h1>
        <p>{error instanceof Error ? error.message : String(error)}</p>
      </main>,
    );
  },
);
