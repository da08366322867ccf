import { runService } from '../src';

/** A service that fails in one of the ways in which no handler catches it, each time with data in the error. */
const [how = '', data = ''] = process.argv.slice(2);
const failed = (): Error =>
  Object.assign(new Error(`failed for ${data}`), { op: { email: data }, cause: new Error(data) });

const ways: Record<string, () => Promise<never>> = {
  'uncaught exception': async () => {
    setTimeout(() => {
      throw failed();
    });
    return new Promise<never>(() => undefined);
  },
  'unhandled rejection': async () => {
    void Promise.reject(failed());
    return new Promise<never>(() => undefined);
  },
  'failed start': async () => {
    throw failed();
  },
};

// The interval keeps the process alive until the failure ends it.
setInterval(() => undefined, 1_000);
void runService('failing', () => ({}), ways[how] ?? (async () => Promise.reject(failed())));
