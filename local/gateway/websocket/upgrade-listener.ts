// All upgrade requests of the gateway, from the first byte until $disconnect has run.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isLoopbackHost } from '../../support/loopback';
import { foreignHost, ownAnswer } from '../http/http-api';
import { handshake } from './handshake';
import { refuse } from './upgrade';
import type { WebSocketApi } from './web-socket-api';

export interface UpgradeListenerDependencies {
  /** Undefined while no handshake is accepted. */
  readonly webSocketApi: () => WebSocketApi | undefined;
  readonly warn: (sentence: string) => void;
}

export class UpgradeListener {
  readonly #dependencies: UpgradeListenerDependencies;
  readonly #streams = new Set<Duplex>();
  readonly #conversations = new Set<Promise<void>>();

  constructor(dependencies: UpgradeListenerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Accepts or refuses one request. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { webSocketApi, warn } = this.#dependencies;
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    // A client may reset its connection at any time, also before ws listens for errors.
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
    const conversation = handshake(api, { request, stream, head })
      .catch((error: unknown) => {
        warn(`A handshake failed: ${error instanceof Error ? error.message : String(error)}`);
        stream.destroy();
      })
      .finally(() => this.#conversations.delete(conversation));
    this.#conversations.add(conversation);
  }

  /** Waits for handshakes and $disconnect calls that run, and destroys all streams after the timeout. */
  async close(timeoutSeconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutSeconds * 1000);
    });
    await Promise.race([Promise.all(this.#conversations), timeout]);
    clearTimeout(timer);
    for (const stream of this.#streams) stream.destroy();
  }
}
