import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { eventually } from '@boxlist/testkit';

/** A way to MongoDB on which a command can be held: so that a test puts something else between two steps of a process. */
export const createMongoGate = async (uri: string) => {
  const target = new URL(uri);
  const sockets = new Set<Socket>();
  let wanted: readonly string[] | undefined;
  let waiting: (() => void)[] | undefined;
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
      const meets = wanted?.every((word) => chunk.includes(`${word}\0`)) === true;
      if (meets) {
        wanted = undefined;
        const held = new Promise<void>((resolve) => (waiting = [resolve]));
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
    /** Holds the next command of that kind on that collection. `reached` resolves when it is there, `open` lets it go on. */
    hold: (command: 'insert' | 'update', collection: string) => {
      wanted = [command, collection];
      waiting = undefined;
      return {
        reached: (): Promise<void> =>
          eventually(() => {
            if (!waiting) throw new Error(`no ${command} of ${collection} has come yet`);
          }),
        open: (): void => waiting?.forEach((resolve) => resolve()),
      };
    },
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
