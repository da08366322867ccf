import { ConfigError } from './settings';
import { shownError } from './shown-error';

/**
 * A running service: its address, and how to stop it. `close` is idempotent and lets current work finish. `internalUrl`
 * is the address of its internal listener, if that is another one.
 */
export interface Service {
  readonly url: string;
  readonly internalUrl?: string;
  close(): Promise<void>;
}

/**
 * Runs a service process: settings, start, SIGTERM or SIGINT, close. If settings are wrong it prints every problem
 * and exits with 2. After a failed start or an uncaught error it exits with 1. If closing takes more than 30 seconds,
 * the process exits with 1.
 */
export const runService = async <C>(
  name: string,
  loadConfig: () => C,
  create: (config: C) => Promise<Service>,
): Promise<void> => {
  let service: Service | undefined;
  let stopping = false;
  const stop = (exitCode: number): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(exitCode || 1), 30_000).unref();
    void Promise.resolve(service?.close()).then(
      () => process.exit(exitCode),
      (error: unknown) => fail(name, 'could not stop cleanly', error),
    );
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      console.error(JSON.stringify({ level: 60, service: name, msg: event, err: shownError(error) }));
      stop(1);
    });
  }
  try {
    service = await create(loadConfig());
    console.log(
      JSON.stringify({
        level: 30,
        service: name,
        msg: 'service.started',
        url: service.url,
        internalUrl: service.internalUrl,
      }),
    );
  } catch (error) {
    if (error instanceof ConfigError) {
      console.error(`${name} cannot start. ${error.message}`);
      process.exit(2);
    }
    fail(name, 'could not start', error);
  }
};

const fail = (name: string, what: string, error: unknown): never => {
  console.error(JSON.stringify({ level: 60, service: name, msg: `service ${what}`, err: shownError(error) }));
  process.exit(1);
};
