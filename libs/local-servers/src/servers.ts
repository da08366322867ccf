import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, type LocalKafka, type TryBroker } from './kafka';
import { startMongo, type LocalMongo } from './mongo';
import type { Purpose } from './mongo-ladder';
import type { Progress } from './process';
import type { SecureListener } from './secure-kafka';

export interface ServersOptions {
  /** Kept after `stop`. Default: a temporary folder, which `stop` deletes. */
  readonly dataDir?: string;
  readonly ports?: { readonly kafka: number; readonly mongo: number };
  /** What MongoDB must be suitable for. Absent: any server will do, for looking around. */
  readonly purpose?: Purpose;
  readonly tryBroker: TryBroker;
  /** Makes Kafka a broker of its own with TLS, users and an access control list. */
  readonly secureKafka?: SecureListener;
  readonly onProgress?: Progress;
}

export interface Servers {
  readonly kafka: LocalKafka;
  readonly mongo: LocalMongo;
  stop(): Promise<void>;
}

/**
 * Starts Kafka and MongoDB side by side, or uses the servers that the environment names. If one fails, the other is
 * stopped.
 */
export const startServers = async ({
  dataDir,
  ports,
  purpose,
  tryBroker,
  secureKafka,
  onProgress,
}: ServersOptions): Promise<Servers> => {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'boxlist-'));
  const tidy = (): void => {
    if (!dataDir) rmSync(folder, { recursive: true, force: true });
  };
  const [kafka, mongo] = await Promise.allSettled([
    startKafka({ dataDir: join(folder, 'kafka'), port: ports?.kafka, secure: secureKafka, tryBroker, onProgress }),
    startMongo({ dataDir: join(folder, 'mongo'), port: ports?.mongo, purpose, onProgress }),
  ]);
  if (kafka.status === 'rejected' || mongo.status === 'rejected') {
    for (const server of [kafka, mongo]) if (server.status === 'fulfilled') await server.value.stop();
    tidy();
    const failures = [kafka, mongo].flatMap((server) => (server.status === 'rejected' ? [server.reason as Error] : []));
    throw new Error(failures.map(({ message }) => message).join('\n'), { cause: failures[0] });
  }
  return {
    kafka: kafka.value,
    mongo: mongo.value,
    stop: async () => {
      await Promise.all([kafka.value.stop(), mongo.value.stop()]);
      tidy();
    },
  };
};
