import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { eventually } from '@boxlist/testkit';

interface Held {
  readonly words: readonly string[];
  /** Lets the held command through. Set once the command has arrived. */
  open?: () => void;
}

/** A proxy to MongoDB that can hold a command, so that a test can act between two steps of a process. */
export const createMongoGate = async (uri: string) => {
  const target = new URL(uri);
  const sockets = new Set<Socket>();
  let wanted: Held | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let queue = Promise.resolve();
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    client.on('data', (chunk: Buffer) => {
      const met = wanted?.words.every((word) => chunk.includes(`${word}\0`)) ? wanted : undefined;
      if (met) {
        wanted = undefined;
        const held = new Promise<void>((resolve) => (met.open = resolve));
        queue = queue.then(() => held);
      }
      queue = queue.then(() => void upstream.write(chunk));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(uri);
  own.port = String((server.address() as AddressInfo).port);
  own.searchParams.set('directConnection', 'true');
  return {
    uri: own.toString(),
    /**
     * Holds the next command of that kind on that collection that has all those words as field names or as ends of
     * values. `reached` resolves once the command has arrived; `open` lets it through.
     */
    hold: (command: 'insert' | 'update' | 'delete', collection: string, ...words: readonly string[]) => {
      const held: Held = { words: [command, collection, ...words] };
      wanted = held;
      return {
        reached: (): Promise<void> =>
          eventually(() => {
            if (!held.open) throw new Error(`no ${command} of ${collection} has come yet`);
          }),
        open: (): void => held.open?.(),
      };
    },
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
