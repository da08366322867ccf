import { eventually, freePort, startProcess, workspaceRoot, type LocalProcess } from '@boxlist/local-servers';
import { readFileSync } from 'node:fs';
import { get as httpGet, type ClientRequest } from 'node:http';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';

export const appNames = ['billing', 'auth-connection', 'workflow', 'sync', 'order-intake', 'audit', 'gateway'] as const;
export const toolNames = ['constant-contact-sandbox', 'ticket-tailor-sandbox', 'dev-issuer'] as const;
export type PartName = (typeof appNames)[number] | (typeof toolNames)[number];

/** The apps with a public listener, whose internal listener has a port of its own. */
const publicAppNames = ['auth-connection', 'order-intake', 'gateway'] as const;
type InternalName = `${(typeof publicAppNames)[number]}-internal`;
export const internalNames = publicAppNames.map((name) => `${name}-internal` as const);

export type Ports = Readonly<Record<PartName | InternalName | 'kafka' | 'mongo', number>>;

/** The name of the port of a part's internal listener. A part without a public one has only that. */
export const internalNameOf = (name: PartName): PartName | InternalName =>
  internalNames.find((each) => each === `${name}-internal`) ?? name;

/** The setting for the port of a part. */
export const portSettingOf = (name: keyof Ports): string =>
  name === 'constant-contact-sandbox' ? 'SANDBOX_PORT' : `${name.toUpperCase().replaceAll('-', '_')}_PORT`;

const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_EXTRA_CA_CERTS'];

const folderOf = (name: PartName): string =>
  (appNames as readonly string[]).includes(name) ? `apps/${name}` : `tools/${name}`;

/** The last lines of a part's log. */
const endOfLog = (logFile: string): string => readFileSync(logFile, 'utf8').split('\n').slice(-12).join('\n');

/** Whether the readiness of a part is 200. An app may demand a certificate. */
const isReady = (settings: Readonly<Record<string, string>>, name: PartName, port: number): Promise<boolean> => {
  const pem = (file: string): Buffer | undefined => {
    const path = settings[`INTERNAL_TLS_${file}_FILE`];
    return path ? readFileSync(path) : undefined;
  };
  const tls = { cert: pem('CERT'), key: pem('KEY'), ca: pem('CA') };
  const get = tls.cert && folderOf(name).startsWith('apps/') ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/health/ready', agent: false, timeout: 3_000, ...tls }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    })
      .on('timeout', function (this: ClientRequest) {
        this.destroy(new Error(`${name} does not answer`));
      })
      .on('error', reject);
  });
};

interface Options {
  readonly dataDir: string;
  readonly ports: Ports;
  readonly settings: Readonly<Record<string, string>>;
  /** More settings for one part. */
  readonly settingsFor?: (name: PartName) => Readonly<Record<string, string>>;
}

/** The processes of a stack: one of each part, and more that a test starts. */
export const createParts = ({ dataDir, ports, settings, settingsFor = () => ({}) }: Options) => {
  const root = workspaceRoot();
  const parts = new Map<PartName, LocalProcess>();
  const others = new Set<LocalProcess>();
  const logFileOf = (name: PartName): string => join(dataDir, 'logs', `${name}.log`);
  const launch = (name: PartName, extra: Record<string, string> = {}): Promise<LocalProcess> =>
    startProcess({
      command: join(root, 'node_modules/.bin/node'),
      args: ['--enable-source-maps', join(root, 'dist', folderOf(name), 'main.js')],
      env: {
        ...Object.fromEntries(inherited.map((key) => [key, process.env[key]])),
        ...settings,
        ...settingsFor(name),
        ...extra,
      },
      logFile: logFileOf(name),
      ...(Object.keys(extra).length === 0 ? { pidFile: join(dataDir, `${name}.pid`) } : {}),
    });
  const untilReady = async (name: PartName, part: LocalProcess, port: number): Promise<void> => {
    let ended = false;
    void part.exited.then(() => (ended = true));
    await eventually(
      async () => {
        if (ended) return;
        if (!(await isReady(settings, name, port))) throw new Error(`${name} is not ready`);
      },
      { timeoutMs: 60_000 },
    );
    if (ended) throw new Error(`${name} exited while starting:\n${endOfLog(logFileOf(name))}`);
  };
  const start = async (name: PartName): Promise<void> => {
    const part = await launch(name);
    parts.set(name, part);
    await untilReady(name, part, ports[internalNameOf(name)]);
  };
  const stopThese = async (some: Iterable<LocalProcess | undefined>): Promise<void> => {
    await Promise.all([...some].map(async (part) => part?.stop()));
  };
  return {
    start,
    /** Starts the gateway when everything behind it is ready. */
    startAll: async (): Promise<void> => {
      const behind = [...toolNames, ...appNames].filter((name) => name !== 'gateway');
      await Promise.all(behind.map((name) => start(name)));
      await start('gateway');
    },
    /** Stops the parts that take in requests first. */
    stopAll: async (): Promise<void> => {
      await stopThese([parts.get('gateway'), parts.get('order-intake')]);
      await stopThese([...parts.values(), ...others]);
    },
    /** The pid of a part's current process. */
    pid: (name: PartName): number => {
      const part = parts.get(name);
      if (!part) throw new Error(`${name} is not running`);
      return part.pid;
    },
    /** Stops a part like a deployment. */
    terminate: async (name: PartName): Promise<void> => parts.get(name)?.stop(),
    /** Ends a part abruptly, like a power cut. */
    kill: async (name: PartName): Promise<void> => parts.get(name)?.kill(),
    /** Suspends a part, like an overloaded machine. */
    pause: (name: PartName): void => parts.get(name)?.signal('SIGSTOP'),
    resume: (name: PartName): void => parts.get(name)?.signal('SIGCONT'),
    /** Stops a part like a deployment, and starts it again. */
    restart: async (name: PartName): Promise<void> => {
      await parts.get(name)?.stop();
      await start(name);
    },
    /** Starts a second process of a part, on its own ports. */
    startAnother: async (
      name: PartName,
    ): Promise<LocalProcess & { readonly url: string; readonly internalUrl: string }> => {
      const internal = internalNameOf(name);
      const port = await freePort();
      const internalPort = internal === name ? port : await freePort();
      const part = await launch(name, {
        [portSettingOf(name)]: String(port),
        [portSettingOf(internal)]: String(internalPort),
      });
      others.add(part);
      await untilReady(name, part, internalPort);
      return { ...part, url: `http://127.0.0.1:${port}`, internalUrl: `http://127.0.0.1:${internalPort}` };
    },
  };
};
