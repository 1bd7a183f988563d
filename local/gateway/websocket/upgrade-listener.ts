// Accepts the gateway's upgrade requests, and tracks each one until $disconnect has returned.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isLoopbackHost } from '../../support/loopback';
import { foreignHost, ownAnswer } from '../http/http-api';
import { handshake } from './handshake';
import { refuse } from './upgrade';
import type { WebSocketApi } from './web-socket-api';

export interface UpgradeListenerDependencies {
  /** Undefined while no handshakes are accepted: then they get 503. */
  readonly webSocketApi: () => WebSocketApi | undefined;
  readonly warn: (sentence: string) => void;
}

export class UpgradeListener {
  readonly #dependencies: UpgradeListenerDependencies;
  readonly #streams = new Set<Duplex>();
  /** Each lasts until its connection has ended. */
  readonly #handshakes = new Set<Promise<void>>();

  constructor(dependencies: UpgradeListenerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Starts the handshake of one request, or refuses it. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { webSocketApi, warn } = this.#dependencies;
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    // A client may reset its connection before ws listens for errors; an unhandled error would end the process.
    stream.on('error', () => stream.destroy());
    if (!isLoopbackHost(request.headers.host)) {
      refuse(stream, foreignHost.statusCode, foreignHost.body);
      return;
    }
    const api = webSocketApi();
    if (api === undefined) {
      refuse(stream, 503, ownAnswer(503).body.toString());
      return;
    }
    const running = handshake(api, { request, stream, head })
      .catch((error: unknown) => {
        warn(`A handshake failed: ${error instanceof Error ? error.message : String(error)}`);
        stream.destroy();
      })
      .finally(() => this.#handshakes.delete(running));
    this.#handshakes.add(running);
  }

  /** Waits, up to the timeout, for running handshakes and $disconnect calls; then destroys all streams. */
  async close(timeoutSeconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutSeconds * 1000);
    });
    await Promise.race([Promise.all(this.#handshakes), timeout]);
    clearTimeout(timer);
    for (const stream of this.#streams) stream.destroy();
  }
}
