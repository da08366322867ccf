import { startKafka, startMongo, workspaceRoot } from '@boxlist/testkit';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progress, run } from './steps';

interface JestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** Every project's tests, then the end-to-end ones on the built apps; the servers are started once, on free ports. */
const main = async (): Promise<void> => {
  const say = progress();
  const dir = mkdtempSync(join(tmpdir(), 'boxlist-test-'));
  const results = join(dir, 'results');
  say('Starting Kafka and MongoDB for the tests');
  const [kafka, mongo] = await Promise.all([
    startKafka({ dataDir: join(dir, 'kafka'), onProgress: say }),
    startMongo({ dataDir: join(dir, 'mongo'), onProgress: say }),
  ]);
  say(`Kafka: ${kafka.kind}; MongoDB: ${mongo.kind}`);
  const env = { BOXLIST_TEST_RESULTS: results, NX_DAEMON: 'false', NX_TUI: 'false' };
  const servers = { KAFKA_BROKERS: kafka.brokers, MONGODB_URI: mongo.uri };
  const nx = (target: string, more: Record<string, string>, ...args: string[]) =>
    run('nx', ['run-many', '-t', target, '--output-style=static', ...args], { ...env, ...more });
  let failedRuns = 0;
  try {
    say('Building the apps');
    failedRuns += Number((await nx('build', {})) !== 0);
    say('Unit and service tests');
    failedRuns += Number((await nx('test', servers, '--skip-nx-cache', '--parallel=1')) !== 0);
  } finally {
    await Promise.all([kafka.stop(), mongo.stop()]);
  }
  say('End-to-end tests');
  failedRuns += Number((await nx('e2e', {}, '--skip-nx-cache')) !== 0);
  const { passed, failed } = count(results);
  rmSync(dir, { recursive: true, force: true });
  say(`Done in ${workspaceRoot()}`);
  console.log(`\n${passed} passed, ${failed === 0 && failedRuns > 0 ? failedRuns : failed} failed`);
  process.exit(failed + failedRuns === 0 ? 0 : 1);
};

const count = (folder: string): { passed: number; failed: number } => {
  let passed = 0;
  let failed = 0;
  for (const file of readdirSync(folder)) {
    const result = JSON.parse(readFileSync(join(folder, file), 'utf8')) as JestResult;
    passed += result.numPassedTests;
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  }
  return { passed, failed };
};

void main();
