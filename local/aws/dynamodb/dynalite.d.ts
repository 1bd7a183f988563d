// dynalite has no types of its own: the part of it that the local stack and the bench use.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** How long a new table is in the state CREATING. */
    readonly createTableMs?: number;
    /** Whether it speaks HTTPS, with what follows, as PEM. */
    readonly ssl?: boolean;
    readonly key?: string;
    readonly cert?: string;
    readonly ca?: string;
  }

  function dynalite(options?: DynaliteOptions): Server;
  export = dynalite;
}
