// Implements `tail`, which prints what agents report until it is stopped.
import {
  createMissionControl,
  type MissionControl,
  type MissionControlOptions,
} from '../../client';
import { withSentences, type Command, type Output } from '../command';
import { askRefusal } from './ask-refusal';
import { createColumns, jsonLines, type Terminal } from './lines';
import { help, parseOptions, type TailOptions } from './options';
import { printEvents } from './print-events';
import { addressOf, reportConnection } from './report-connection';
import { tokenSource } from './token-source';

/** What the command uses of its process. */
export interface TailDependencies {
  /** The value of `MISSION_CONTROL_TOKEN`. */
  readonly token: string | undefined;
  readonly terminal: Terminal;
  readonly fetch: typeof fetch;
  readonly WebSocket?: MissionControlOptions['WebSocket'];
  /** Creates the client. Default: {@link createMissionControl}. */
  readonly connect?: (options: MissionControlOptions) => MissionControl;
  /** Returns the current time in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Resolves with the exit code when the command must end; rejects if it cannot print. */
  readonly ended: () => Promise<number>;
}

/** Creates the command. It ends when it is stopped, or if there is no token that the server accepts. */
export function createTailCommand(dependencies: TailDependencies): Command {
  return withSentences(async (args, output) => {
    const options = parseOptions(args);
    if (options === undefined) {
      output.print(help);
      return 0;
    }
    const { promise: failed, reject: fail } = withReject();
    const getToken = tokenSource({ ...dependencies, url: options.url, fail });
    const client = connectTo(options, getToken, dependencies);
    printTo(client, options, dependencies, output);
    reportConnection(client, {
      url: options.url,
      complain: output.complain,
      refused(known) {
        client.close();
        const code = known ?? askRefusal(options.url, getToken, dependencies.fetch);
        void Promise.resolve(code).then((refusal) => {
          fail(new Error(refusalWords(options.url, refusal)));
        });
      },
    });
    try {
      return await Promise.race([dependencies.ended(), failed]);
    } finally {
      client.close();
    }
  });
}

/** A promise that can only be rejected. Node.js 20 has no `Promise.withResolvers`. */
function withReject() {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, rejectIt) => (reject = rejectIt));
  return { promise, reject };
}

function connectTo(
  { url, agents }: TailOptions,
  getToken: () => Promise<string>,
  { connect = createMissionControl, WebSocket }: TailDependencies,
): MissionControl {
  return connect({
    ...{ url, getToken },
    ...(agents === undefined ? {} : { agents }),
    ...(WebSocket === undefined ? {} : { WebSocket }),
  });
}

function printTo(
  client: MissionControl,
  { isJson, sinceMilliseconds }: TailOptions,
  { terminal, now }: TailDependencies,
  { print, complain }: Output,
): void {
  const format = isJson ? jsonLines : createColumns(terminal, now);
  printEvents(client, {
    since: sinceMilliseconds === undefined ? undefined : now() - sinceMilliseconds,
    print(events) {
      for (const line of format(events)) print(line);
    },
    complain,
    timeout: () => AbortSignal.timeout(timelineMilliseconds),
  });
}

/** How long what is new waits for the timelines. */
const timelineMilliseconds = 10_000;

/** Without a code, it may also be the path: API Gateway answers 403 at a path that it does not have. */
function refusalWords(url: string, refusal: string | undefined): string {
  return refusal === undefined
    ? `The server refuses the connection to ${addressOf(url)}: the path of the URL or the token is wrong. Check --url and MISSION_CONTROL_TOKEN.`
    : `The server refuses the token: ${refusal}. Set MISSION_CONTROL_TOKEN to another one.`;
}
