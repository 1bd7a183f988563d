// Declares the part of dynalite that the local stack and the bench use, as dynalite has no types of its own.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Milliseconds for which a new table has the status CREATING. */
    readonly createTableMs?: number;
    /** Whether the server uses HTTPS, with the PEM texts below. */
    readonly ssl?: boolean;
    readonly key?: string;
    readonly cert?: string;
    readonly ca?: string;
  }

  function dynalite(options?: DynaliteOptions): Server;
  export = dynalite;
}
