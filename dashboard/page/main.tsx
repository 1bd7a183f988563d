// The entry point of the page: reads the configuration, creates the client, and renders the page.
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { createMissionControl } from '#sdk/client';
import { createAddress } from './model/address';
import { announce } from './model/announcements';
import { App } from './components/app';
import { createBoard } from './model/board';
import { ClockContext, createClock } from './components/clock';
import { loadConfiguration } from './model/configuration';
import { createFrameSchedule } from './model/frame-schedule';
import { createTokenSource } from './auth/token-source';

const now = () => Date.now();
const timeout = (due: () => void, delayMilliseconds: number) => setTimeout(due, delayMilliseconds);
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
  });
  const requestFrame = (due: () => void) => requestAnimationFrame(due);
  const schedule = createFrameSchedule({
    requestAnimationFrame: requestFrame,
    setTimeout: timeout,
    now: () => performance.now(),
  });
  const board = createBoard(client, schedule, now);
  const say = (text: string) => {
    const region = document.getElementById('announcements');
    if (region !== null) region.textContent = text;
  };
  announce(board, { say, now, setTimeout: timeout });
  return (
    <ClockContext value={createClock(globalThis, now)}>
      <App
        address={createAddress(window)}
        board={board}
        client={client}
        tokens={tokens}
        commands={commands}
      />
    </ClockContext>
  );
}

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
