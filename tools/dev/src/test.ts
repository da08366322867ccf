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

interface Run {
  readonly results: string;
  readonly say: (line: string) => void;
  /** Called with the servers, which an interrupt must stop. */
  readonly hold: (servers: Promise<Servers>) => void;
}

/** Builds the apps and the tools, runs `step` with servers for its tests, and returns the number of failed steps. */
const withServers = async (
  { results, say, hold }: Run,
  step: (env: Readonly<Record<string, string>>) => Promise<number[]>,
): Promise<number> => {
  say('Building the apps, and starting Kafka and MongoDB for the tests');
  const building = runQuietly('nx', ['run-many', '-t', 'build', '--output-style=static']);
  const starting = startServers({ purpose: 'suites', onProgress: say });
  hold(starting);
  const servers = await starting;
  say(`Kafka: ${servers.kafka.kind}; MongoDB: ${servers.mongo.server}`);
  const built = await building;
  const codes = await step({
    BOXLIST_TEST_RESULTS: results,
    KAFKA_BROKERS: servers.kafka.brokers,
    MONGODB_URI: servers.mongo.uri,
    ...(built === 0 ? { BOXLIST_TOOLS: 'built' } : {}),
  });
  await servers.stop();
  return [built, ...codes].filter((code) => code !== 0).length;
};

/** Runs every project's tests, then the end-to-end tests on the built apps. Returns the number of failed steps. */
const runTests = async (run: Run): Promise<number> => {
  const failed = await withServers(run, (env) => {
    run.say('Unit and service tests');
    // Tests mostly wait for their servers, and those of sync take half of the time.
    return Promise.all([
      nx('test', env, '--skip-nx-cache', '--projects=sync'),
      nx('test', env, '--skip-nx-cache', '--parallel=2', '--exclude=sync'),
    ]);
  });
  run.say('End-to-end tests');
  return failed + Number((await nx('e2e', { BOXLIST_TEST_RESULTS: run.results }, '--skip-nx-cache')) !== 0);
};

/**
 * Runs what repeats the tests, loads them heavily or needs a quiet machine (`*.long.ts`). Returns the number of failed
 * steps.
 */
const runLongTests = async (run: Run): Promise<number> => {
  const failed = await withServers(run, async (env) => {
    run.say('Thousands of histories, and large numbers');
    return [await nx('long', env, '--skip-nx-cache', '--projects=sync')];
  });
  // On servers of their own, which they kill and pause.
  run.say('A hundred chaos schedules');
  return (
    failed +
    Number((await nx('long', { BOXLIST_TEST_RESULTS: run.results }, '--skip-nx-cache', '--projects=e2e')) !== 0)
  );
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
  const say = progress();
  const runAll = process.argv.includes('--long') ? runLongTests : runTests;
  const hold = (started: Promise<Servers>): void => void (starting = started);
  const failedSteps = await runAll({ results, say, hold }).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  });
  say('Done');
  const { passed, failed } = count(results);
  rmSync(results, { recursive: true, force: true });
  // A step can fail without a failed test: a build, or jest itself. The last line must show that too.
  console.log(`\n${passed} passed, ${failed === 0 ? failedSteps : failed} failed`);
  process.exit(failed + failedSteps === 0 ? 0 : 1);
};

void main();
