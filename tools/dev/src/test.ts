import { cancelStarts, startServers, type Servers } from '@boxlist/testkit';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progress, run, runQuietly, signalCommands } from './steps';

interface JestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const nx = (target: string, env: Readonly<Record<string, string>>, ...args: string[]): Promise<number> =>
  run('nx', ['run-many', '-t', target, '--output-style=static', ...args], {
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    ...env,
  });

/** Adds up the results that the jest runs wrote. */
const count = (folder: string): { passed: number; failed: number } => {
  const total = { passed: 0, failed: 0 };
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    const result = JSON.parse(readFileSync(join(folder, file), 'utf8')) as JestResult;
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  }
  return total;
};

/** Runs every project's tests, then the end-to-end tests on the built apps. Returns the number of failed steps. */
const runAll = async (results: string, hold: (servers: Promise<Servers>) => void): Promise<number> => {
  const say = progress();
  const env = { BOXLIST_TEST_RESULTS: results };
  let failedSteps = 0;
  say('Building the apps, and starting Kafka and MongoDB for the tests');
  const building = runQuietly('nx', ['run-many', '-t', 'build', '--output-style=static']);
  const starting = startServers({ purpose: 'suites', onProgress: say });
  hold(starting);
  const servers = await starting;
  say(`Kafka: ${servers.kafka.kind}; MongoDB: ${servers.mongo.server}`);
  failedSteps += Number((await building) !== 0);
  const addresses = { KAFKA_BROKERS: servers.kafka.brokers, MONGODB_URI: servers.mongo.uri };
  say('Unit and service tests');
  failedSteps += Number((await nx('test', { ...env, ...addresses }, '--skip-nx-cache', '--parallel=1')) !== 0);
  await servers.stop();
  say('End-to-end tests');
  failedSteps += Number((await nx('e2e', env, '--skip-nx-cache')) !== 0);
  say('Done');
  return failedSteps;
};

const main = async (): Promise<void> => {
  const results = mkdtempSync(join(tmpdir(), 'boxlist-results-'));
  let starting: Promise<Servers> | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    cancelStarts();
    signalCommands(signal);
    rmSync(results, { recursive: true, force: true });
    void Promise.resolve(starting)
      .then((servers) => servers?.stop())
      .catch(() => undefined)
      .finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const failedSteps = await runAll(results, (started) => {
    starting = started;
  }).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  });
  const { passed, failed } = count(results);
  rmSync(results, { recursive: true, force: true });
  // A step can fail without a failed test: a build, or jest itself. The last line must show that too.
  console.log(`\n${passed} passed, ${failed === 0 ? failedSteps : failed} failed`);
  process.exit(failed + failedSteps === 0 ? 0 : 1);
};

void main();
