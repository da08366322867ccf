import { freePort, type Progress } from '@boxlist/local-servers';
import { exportJWK, generateKeyPair } from 'jose';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { internalTlsSettings, type Certificate } from './certificates';
import { devToken, graphClient, sandboxClient, type GraphClient, type TokenInput } from './clients';
import { prepareSecureKafka } from './secure-kafka';
import { startServers } from './servers';
import { produceOrders, type OrderEventJson } from './orders';
import {
  appNames,
  createParts,
  internalNameOf,
  internalNames,
  portSettingOf,
  toolNames,
  type PartName,
  type Ports,
} from './parts';
import { ticketTailorSandboxClient } from './ticket-tailor-sandbox';

interface StackOptions {
  /** Kept after `stop`. Default: a temporary folder, which `stop` deletes. */
  readonly dataDir?: string;
  readonly ports?: Ports;
  /** The call limit of both the sandbox and sync. */
  readonly callsPerSecond?: number;
  /** Runs Kafka with TLS and an access control list, and every service as a user of its own. */
  readonly secureKafka?: boolean;
  /** The apps show each other this certificate, and accept only such. */
  readonly certificate?: Certificate;
  /** More settings for all parts. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onProgress?: Progress;
  /** The build of the apps, if it is still running. The servers start meanwhile. */
  readonly built?: Promise<void>;
}

interface Secrets {
  readonly privateJwk: string;
  readonly publicJwk: string;
  readonly serviceToken: string;
  readonly encryption: string;
  readonly emailHash: string;
}

/** The secrets of a local stack, created once and stored with its data. */
export const secretsIn = async (dataDir: string): Promise<Secrets> => {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const secrets: Secrets = {
    privateJwk: JSON.stringify(await exportJWK(privateKey)),
    publicJwk: JSON.stringify(await exportJWK(publicKey)),
    serviceToken: randomBytes(32).toString('hex'),
    encryption: `local:${randomBytes(32).toString('base64url')}`,
    emailHash: randomBytes(32).toString('hex'),
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
};

const freePorts = async (): Promise<Ports> => {
  const names = [...appNames, ...internalNames, ...toolNames, 'kafka', 'mongo'] as const;
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const))) as Ports;
};

const settingsOf = (
  ports: Ports,
  secrets: Secrets,
  dataDir: string,
  kafka: string,
  mongo: string,
  callsPerSecond: number,
): Record<string, string> => {
  const url = (name: PartName): string => `http://127.0.0.1:${ports[name]}`;
  const oauth = `${url('constant-contact-sandbox')}/oauth2/default/v1`;
  const redirect = `${url('auth-connection')}/oauth/constant-contact/callback`;
  return {
    MONGODB_URI: mongo,
    KAFKA_BROKERS: kafka,
    BILLING_PORT: String(ports.billing),
    AUTH_CONNECTION_PORT: String(ports['auth-connection']),
    WORKFLOW_PORT: String(ports.workflow),
    SYNC_PORT: String(ports.sync),
    AUDIT_PORT: String(ports.audit),
    ORDER_INTAKE_PORT: String(ports['order-intake']),
    GATEWAY_PORT: String(ports.gateway),
    ...Object.fromEntries(internalNames.map((name) => [portSettingOf(name), String(ports[name])])),
    BILLING_URL: url('billing'),
    AUTH_CONNECTION_URL: `http://127.0.0.1:${ports['auth-connection-internal']}`,
    WORKFLOW_URL: url('workflow'),
    SYNC_URL: url('sync'),
    AUDIT_URL: url('audit'),
    IDENTITY_PRIVATE_JWK: secrets.privateJwk,
    IDENTITY_PUBLIC_JWK: secrets.publicJwk,
    SERVICE_TOKEN_SECRET: secrets.serviceToken,
    TOKEN_ENCRYPTION_KEYS: secrets.encryption,
    SECRET_ENCRYPTION_KEYS: secrets.encryption,
    EMAIL_HASH_KEY: secrets.emailHash,
    JWT_JWKS_URL: `${url('dev-issuer')}/.well-known/jwks.json`,
    JWT_ISSUER: 'boxlist-dev',
    JWT_AUDIENCE: 'boxlist',
    DEV_ISSUER_PORT: String(ports['dev-issuer']),
    DEV_ISSUER_KEY_FILE: join(dataDir, 'dev-issuer.json'),
    CONSTANT_CONTACT_API_URL: `${url('constant-contact-sandbox')}/v3`,
    CONSTANT_CONTACT_AUTHORIZE_URL: `${oauth}/authorize`,
    CONSTANT_CONTACT_TOKEN_URL: `${oauth}/token`,
    CONSTANT_CONTACT_CLIENT_ID: 'boxlist-dev',
    CONSTANT_CONTACT_CLIENT_SECRET: 'boxlist-dev-secret',
    CONSTANT_CONTACT_REDIRECT_URL: redirect,
    CONSTANT_CONTACT_CALLS_PER_SECOND: String(callsPerSecond),
    SANDBOX_PORT: String(ports['constant-contact-sandbox']),
    SANDBOX_REDIRECT_URIS: redirect,
    SANDBOX_DATA_FILE: join(dataDir, 'sandbox.json'),
    SANDBOX_CALLS_PER_SECOND: String(callsPerSecond),
    TICKET_TAILOR_API_URL: url('ticket-tailor-sandbox'),
    TICKET_TAILOR_SANDBOX_PORT: String(ports['ticket-tailor-sandbox']),
    DISPATCH_LEASE_MS: '5000',
  };
};

/** The settings for mutual TLS between the apps. */
const overTls = (certificate: Certificate, dataDir: string, ports: Ports): Record<string, string> => {
  const url = (name: PartName): string => `https://127.0.0.1:${ports[internalNameOf(name)]}`;
  return {
    ...internalTlsSettings(certificate, join(dataDir, 'certificates')),
    BILLING_URL: url('billing'),
    AUTH_CONNECTION_URL: url('auth-connection'),
    WORKFLOW_URL: url('workflow'),
    SYNC_URL: url('sync'),
    AUDIT_URL: url('audit'),
  };
};

/** Tests ask far more often than people, from one address and mostly as one person. */
const limitsOfTests = {
  LIMIT_GRAPH_BY_ADDRESS_PER_MINUTE: '100000',
  LIMIT_GRAPH_BY_SUBJECT_PER_MINUTE: '100000',
  LIMIT_GRAPH_BY_BOX_OFFICE_PER_MINUTE: '100000',
  LIMIT_MUTATIONS_BY_BOX_OFFICE_PER_MINUTE: '10000',
};

/**
 * Starts all of Boxlist: the built apps and the tools, each as its own process, on real servers. Resolves when all
 * are ready.
 */
export const startStack = async (options: StackOptions = {}) => {
  const { onProgress = () => undefined, callsPerSecond = 4 } = options;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'boxlist-'));
  mkdirSync(dataDir, { recursive: true });
  const ports = options.ports ?? (await freePorts());
  const secrets = await secretsIn(dataDir);
  onProgress('Starting Kafka and MongoDB');
  const secure = options.secureKafka ? await prepareSecureKafka(dataDir) : undefined;
  const servers = await startServers({
    dataDir,
    ports,
    onProgress,
    ...(secure ? { secureKafka: secure.listener, tryBroker: secure.tryBroker } : {}),
  });
  const { kafka, mongo } = servers;
  onProgress(`Kafka: ${kafka.kind === 'given' ? 'the given broker' : 'started'}; MongoDB: ${mongo.server}`);
  await options.built?.catch(async (error: unknown) => {
    await servers.stop();
    throw error;
  });
  // Given servers may be shared. A prefix of its own separates a temporary stack from other users.
  const own = options.dataDir ? '' : `t${randomBytes(4).toString('hex')}`;
  const settings: Record<string, string> = {
    ...settingsOf(ports, secrets, dataDir, kafka.brokers, mongo.uri, callsPerSecond),
    ...(options.certificate ? overTls(options.certificate, dataDir, ports) : {}),
    ...(own ? { KAFKA_TOPIC_PREFIX: `${own}.`, MONGODB_DATABASE_PREFIX: own, ...limitsOfTests } : {}),
    // Settings from the user's environment override the local values.
    ...Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => name.startsWith('CONSTANT_CONTACT_') || name === 'TICKET_TAILOR_API_URL',
      ) as [string, string][],
    ),
    ...options.env,
  };
  const { startAll, stopAll, ...parts } = createParts({ dataDir, ports, settings, settingsFor: secure?.settingsFor });
  const stop = async (): Promise<void> => {
    await stopAll();
    await servers.stop();
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
  };
  const url = (name: PartName): string => `http://127.0.0.1:${ports[name]}`;
  try {
    await secure?.grant(kafka.brokers, settings.KAFKA_TOPIC_PREFIX ?? '');
    onProgress('Starting the sandboxes, the services and the gateway');
    await startAll();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    dataDir,
    ports,
    settings,
    mongoServer: mongo.server,
    hasRealMongo: mongo.kind === 'given' || mongo.kind === 'mongod',
    brokers: kafka.brokers,
    url,
    /** The address of the internal listener of an app. */
    internalUrl: (name: PartName): string => `http://127.0.0.1:${ports[internalNameOf(name)]}`,
    sandbox: sandboxClient(url('constant-contact-sandbox')),
    ticketTailor: ticketTailorSandboxClient(url('ticket-tailor-sandbox')),
    token: (input: TokenInput) => devToken(url('dev-issuer'), input),
    graphAs: async (input: TokenInput): Promise<GraphClient> =>
      graphClient(url('gateway'), await devToken(url('dev-issuer'), input)),
    produce: (events: readonly OrderEventJson[]) =>
      produceOrders(kafka.brokers, events, settings.KAFKA_TOPIC_PREFIX, secure?.producer),
    ...parts,
    stop,
    restartKafka: async (): Promise<void> => {
      await kafka.kill();
      await kafka.restart();
    },
    restartMongo: async (): Promise<void> => {
      await mongo.kill();
      await mongo.restart();
    },
  };
};

export type Stack = Awaited<ReturnType<typeof startStack>>;
