// What reaches a user who does not look at the page: title, icon, notifications and announcements, rendered by React in jsdom.
import { createElement, Fragment } from 'react';
import {
  Announcements,
  AnnouncementSetting,
} from '#dashboard/page/components/attention/announcements';
import { AttentionView } from '#dashboard/page/components/attention/attention';
import {
  Notifications,
  NotificationSetting,
} from '#dashboard/page/components/attention/notifications';
import { PreferencesContext } from '#dashboard/page/components/parts/preferences';
import { createPreferences } from '#dashboard/page/model/preferences';
import { createParts, inPage, perform, render } from '#test/support/dashboard/rendered';

inPage();

/** The notifications of a browser. */
class FakeNotification {
  static permission: string;
  static answer: string;
  static canShow: boolean;
  static asked: number;
  static shown: FakeNotification[];
  onclick: () => void = () => undefined;

  constructor(
    readonly title: string,
    readonly options: { readonly body: string },
  ) {
    if (!FakeNotification.canShow) throw new TypeError('Illegal constructor');
    FakeNotification.shown.push(this);
  }

  static requestPermission(): Promise<string> {
    this.asked += 1;
    this.permission = this.answer;
    return Promise.resolve(this.answer);
  }

  readonly close = () => undefined;
}

const titles = () => FakeNotification.shown.map(({ title }) => title);

beforeEach(() => {
  const initial = { permission: 'default', answer: 'granted', canShow: true, asked: 0, shown: [] };
  Object.assign(FakeNotification, initial);
  Object.assign(globalThis, { Notification: FakeNotification });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'Notification');
});

/** Renders components with preferences in a storage that throws. */
async function open(Setting: () => React.ReactNode, Effect: EffectOf) {
  const parts = createParts();
  const { client, timers, time } = parts;
  const preferences = createPreferences(() => {
    throw new Error('SecurityError');
  });
  const opened: string[] = [];
  const onOpen = (agentId: string) => void opened.push(agentId);
  const page = await render(
    createElement(
      PreferencesContext,
      { value: preferences },
      createElement(
        Fragment,
        null,
        createElement(Setting),
        createElement(Effect, { client, timers, onOpen }),
      ),
    ),
    parts,
  );
  await perform(client.connect);
  let timestamp = 0;
  const report = (agentId: string, status: 'online' | 'error') =>
    perform(async () => {
      timestamp += 1;
      client.emit({ type: 'agent:status', payload: { agentId, status, timestamp } });
      await time.pass(20_000);
    });
  return { ...page, ...parts, preferences, opened, report };
}
type EffectOf = React.ComponentType<
  React.ComponentProps<typeof Notifications> & React.ComponentProps<typeof Announcements>
>;

it('shows the number of agents in error in the title and the icon', async () => {
  const icon = () => document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href ?? '';
  const { show } = await render(createElement(AttentionView, { errors: 2 }));
  expect(document.title).toBe('(2) Mission Control');
  expect(decodeURIComponent(icon())).toContain('>2</text>');
  await show(createElement(AttentionView, { errors: 0 }));
  expect(document.title).toBe('Mission Control');
  expect(icon()).not.toContain('text');
});

it('asks for the permission only when the user switches notifications on, and notifies until they are switched off', async () => {
  const { report, press, violations } = await open(NotificationSetting, Notifications);
  await report('a', 'error');
  expect([FakeNotification.asked, titles()]).toEqual([0, []]);
  await press('Notify me of errors');
  expect([FakeNotification.asked, titles()]).toEqual([1, ['Mission Control']]);
  await report('b', 'error');
  expect(titles().slice(1)).toEqual(['b reports an error']);
  expect(await violations()).toEqual([]);
  await press('Notify me of errors');
  await report('c', 'error');
  expect(titles()).toHaveLength(2);
});

it('opens the agent when the user clicks a notification', async () => {
  const { report, press, opened } = await open(NotificationSetting, Notifications);
  window.focus = () => undefined;
  await press('Notify me of errors');
  await report('team/1', 'error');
  FakeNotification.shown.at(-1)?.onclick();
  expect(opened).toEqual(['team/1']);
});

it.each([
  ['the user refuses', { answer: 'denied' }, 'do not allow notifications'],
  ['only service workers can', { canShow: false }, 'shows no notifications of pages'],
])('says why it cannot notify, and stays off, if %s', async (_why, browser, words) => {
  Object.assign(FakeNotification, browser);
  const { press, text, all, report } = await open(NotificationSetting, Notifications);
  await press('Notify me of errors');
  expect(text()).toContain(words);
  expect((all('input')[0] as HTMLInputElement).checked).toBe(false);
  await report('a', 'error');
  expect(titles()).toEqual([]);
});

it('says that it cannot notify if the browser has no notifications', async () => {
  Reflect.deleteProperty(globalThis, 'Notification');
  const { press, text } = await open(NotificationSetting, Notifications);
  await press('Notify me of errors');
  expect(text()).toContain('This browser shows no notifications of pages.');
});

it('announces an error politely, also twice in the same words, until announcements are switched off', async () => {
  const { report, press, all, textsOf, violations } = await open(
    AnnouncementSetting,
    Announcements,
  );
  const said = () => textsOf('[role=status]');
  await report('a', 'error');
  expect(said()).toEqual(['a reports an error.']);
  const [element] = all('[role=status] > *');
  await report('a', 'online');
  await report('a', 'error');
  expect(said()).toEqual(['a reports an error.']);
  expect(all('[role=status] > *')[0]).not.toBe(element);
  expect(await violations()).toEqual([]);
  await press('Announce errors');
  expect(said()).toEqual(['']);
  await report('b', 'error');
  await press('Announce errors');
  expect(said()).toEqual(['']);
  await report('c', 'error');
  expect(said()).toEqual(['c reports an error.']);
});
