import type { FastifyInstance } from 'fastify';
import { doorsOf, listen, type Door } from './http';
import type { Service } from './service';

interface Listener {
  readonly app: FastifyInstance;
  readonly host: string;
  readonly port: number;
}

/** A running app with its two listeners. `url` is the public one; without one it is the internal one. */
export interface ListeningService extends Service {
  readonly internalUrl: string;
  /** What each listener serves. */
  readonly doors: { readonly public: readonly Door[]; readonly internal: readonly Door[] };
}

/**
 * Opens the internal listener and then the public one, so that callers from outside find a service that the others
 * reach. `close` stops both and waits for their requests.
 */
export const openListeners = async (internal: Listener, outer?: Listener): Promise<ListeningService> => {
  const all = outer ? [internal, outer] : [internal];
  const internalUrl = await listen(internal.app, internal.host, internal.port);
  const url = outer ? await listen(outer.app, outer.host, outer.port) : internalUrl;
  return {
    url,
    internalUrl,
    doors: { public: outer ? doorsOf(outer.app) : [], internal: doorsOf(internal.app) },
    close: async () => void (await Promise.all(all.map(({ app }) => app.close()))),
  };
};
