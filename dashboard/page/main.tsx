// The entry point of the page: reads the configuration, creates the client, and renders the page.
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { createMissionControl } from '#sdk/client';
import { announce } from './model/announcements';
import { App } from './components/app';
import { createBoard } from './model/board';
import { ClockContext, createClock } from './components/clock';
import { loadConfiguration } from './model/configuration';
import { createFrameSchedule } from './model/frame-schedule';
import { createTokenSource } from './auth/token-source';

const now = () => Date.now();
const timeout = (due: () => void, delayMilliseconds: number) => setTimeout(due, delayMilliseconds);

async function start(): Promise<ReactNode> {
  const pageUrl = location.href;
  const { webSocketUrl, whoamiUrl, token, commands } = await loadConfiguration(pageUrl);
  const tokens = createTokenSource(token, {
    fetch: (...request) => fetch(...request),
    pageUrl,
    showUrl: (url) => {
      history.replaceState(null, '', url);
    },
    goTo: (url) => {
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
      <App board={board} client={client} tokens={tokens} commands={commands} />
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
