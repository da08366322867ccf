import { freePort } from '@boxlist/local-servers';
import { connect, createServer, type Socket } from 'node:net';

const host = '127.0.0.1';

/** The form in which a broker names its address: host, then port. */
const addressOf = (port: number): Buffer => {
  const address = Buffer.alloc(host.length + 4);
  address.write(host);
  address.writeInt32BE(port, host.length);
  return address;
};

/** Joins the pieces of an answer. Each answer of a broker begins with its length. */
const wholeAnswers = (take: (answer: Buffer) => void) => {
  let pieces = Buffer.alloc(0);
  return (piece: Buffer): void => {
    pieces = Buffer.concat([pieces, piece]);
    while (pieces.length >= 4 && pieces.length >= 4 + pieces.readInt32BE(0)) {
      const end = 4 + pieces.readInt32BE(0);
      take(pieces.subarray(0, end));
      pieces = pieces.subarray(end);
    }
  };
};

/**
 * A proxy for a broker on this machine that can drop or damage its answers. Requests still reach the broker. Clients
 * stay on the proxy, because it replaces the broker's address in every answer.
 */
export const startProxy = async (broker: string) => {
  const port = await freePort();
  const [theirs, ours] = [addressOf(Number(broker.split(':')[1])), addressOf(port)];
  const sockets = new Set<Socket>();
  let isMute = false;
  let damage = (_answer: Buffer): void => undefined;
  const renamed = (answer: Buffer): Buffer => {
    for (let at = answer.indexOf(theirs); at >= 0; at = answer.indexOf(theirs, at)) ours.copy(answer, at);
    return answer;
  };
  const server = createServer((client) => {
    const upstream = connect(Number(broker.split(':')[1]), host);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (asked) => upstream.write(asked));
    upstream.on(
      'data',
      wholeAnswers((answer) => {
        if (isMute) return;
        damage(answer);
        client.write(renamed(answer));
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    brokers: `${host}:${port}`,
    /** Sets a function that changes each answer in place before it is passed on. */
    damageBy: (change: (answer: Buffer) => void): void => void (damage = change),
    /** Drops all answers from now on. */
    mute: (): void => void (isMute = true),
    /** Ends all connections. New connections get answers again. */
    cut: (): void => {
      isMute = false;
      cut();
    },
    close: async (): Promise<void> => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
