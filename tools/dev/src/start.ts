import {
  cancelStarts,
  isFree,
  portSettingOf,
  startStack,
  stopAllLeftBehind,
  workspaceRoot,
  type Ports,
  type Stack,
} from '@boxlist/testkit';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { answersFor, contactsOf, demoBoxOffice, fiveOrders, prepare } from './journey';
import { defaultPorts, progress, runQuietly, signalCommands } from './steps';

/** Throws with the ports that are in use, and with the settings that choose others. Nothing is started then. */
const demandFreePorts = async (ports: Ports): Promise<void> => {
  const given: Partial<Record<string, string>> = { kafka: process.env.KAFKA_BROKERS, mongo: process.env.MONGODB_URI };
  const busy: string[] = [];
  for (const [name, port] of Object.entries(ports))
    if (!given[name] && !(await isFree(port)))
      busy.push(`  ${port} for ${name} (set ${portSettingOf(name as keyof Ports)})`);
  if (busy.length > 0)
    throw new Error(`These ports are already in use. Is another \`npm start\` running?\n${busy.join('\n')}`);
};

/** The services' settings in the caller's environment. Addresses and secrets are chosen by the local stack. */
const givenSettings = (): Record<string, string> => {
  const names = readFileSync(join(workspaceRoot(), '.env.example'), 'utf8').matchAll(/^# ([A-Z_]+)=/gm);
  // Many shells set HOST to the machine's name, which means something else there.
  const own = new Set(['HOST', 'INTERNAL_HOST', 'NODE_ENV', 'KAFKA_TOPIC_PREFIX', 'MONGODB_DATABASE_PREFIX']);
  const given = [...names].flatMap(([, name = '']) => {
    const value = process.env[name];
    return value === undefined || own.has(name) || name.endsWith('_PORT') || name.startsWith('INTERNAL_TLS_')
      ? []
      : [[name, value] as const];
  });
  return Object.fromEntries(given);
};

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `   ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`).join('\n');
};

const showJourney = async (stack: Stack, say: (line: string) => void): Promise<void> => {
  const graph = await stack.graphAs({ boxOfficeId: demoBoxOffice, role: 'owner' });
  await prepare(graph, say);
  const events = fiveOrders(Date.now().toString(36));
  await stack.produce(events);
  say('Published five orders on Kafka; waiting for their outcomes');
  const answers = await answersFor(
    graph,
    events.map(({ data }) => data.id),
    2,
  );
  say('Every order has its outcomes');
  const rows = answers.map(({ order, workflow, status, reason }) => [
    order.id.replace(/^or_[^_]+_/, ''),
    workflow.name,
    status,
    reason?.message ?? '',
  ]);
  console.log(`\n${table([['ORDER', 'WORKFLOW', 'OUTCOME', 'REASON'], ...rows])}\n`);
  const emails = [...new Set(events.map(({ data }) => (data.buyer_details as { email: string }).email))];
  const contacts = await contactsOf(stack, emails);
  const shown = emails.map((email) => {
    const contact = contacts.find(({ email_address }) => email_address.address === email);
    return contact
      ? [
          email,
          contact.email_address.permission_to_send,
          `${contact.list_memberships.length} list(s)`,
          `${contact.taggings.length} tag(s)`,
        ]
      : [email, 'no contact', '', ''];
  });
  console.log(`${table([['CONTACT AT CONSTANT CONTACT', 'PERMISSION', 'LISTS', 'TAGS'], ...shown])}\n`);
};

const nextThings = async (stack: Stack): Promise<string> => {
  const token = await stack.token({ boxOfficeId: demoBoxOffice, role: 'owner' });
  const standIn = stack.hasRealMongo ? '' : ', a stand-in for the real server (docs/local-stack.md)';
  return `   Graph        ${stack.url('gateway')}/graphql   (explorer in the browser; set the header below)
   Sandbox      ${stack.url('constant-contact-sandbox')}/   (its contacts and calls)
   Tickets      ${stack.url('ticket-tailor-sandbox')}/_sandbox/box-offices   (orders for backfills, API keys)
   Kafka        ${stack.brokers}
   Logs         ${join(stack.dataDir, 'logs')}
   Header       authorization: Bearer ${token}

   Next: npm run smoke
         npm run produce -- --email grace@example.com --opt-in true
         npm start -- --fresh   (deletes all data)

   MongoDB is ${stack.mongoServer}${standIn}. Ctrl-C stops everything.
`;
};

/** Builds and starts all parts on the standard ports, after stopping processes left over from an earlier start. */
const bringUp = async (say: (line: string) => void): Promise<Stack> => {
  const dataDir = join(workspaceRoot(), '.data');
  const ports = defaultPorts();
  const left = await stopAllLeftBehind(dataDir).catch(async (inUse: unknown) => {
    // Usually a second start uses the same ports, and the message about ports is the more helpful one.
    await demandFreePorts(ports);
    throw inUse;
  });
  if (left > 0) say(`Stopped ${left} processes left over from an earlier start`);
  await demandFreePorts(ports);
  if (process.argv.includes('--fresh')) rmSync(dataDir, { recursive: true, force: true });
  say('Building the apps');
  const built = runQuietly('nx', ['run-many', '-t', 'build', '--output-style=static']).then((code) => {
    if (code !== 0) throw new Error('The build failed. See its output above.');
  });
  // Awaited once the servers have started; it may fail before that.
  built.catch(() => undefined);
  return startStack({ dataDir, ports, env: givenSettings(), onProgress: say, built });
};

const main = async (): Promise<void> => {
  const say = progress();
  const starting = bringUp(say);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    console.log('\nStopping …');
    // Downloads and builds end at once. Parts that are starting may finish or fail first: killing one half-way would
    // delay the next start.
    cancelStarts();
    signalCommands('SIGTERM');
    void starting
      .then(
        (stack) => stack.stop(),
        () => undefined,
      )
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  try {
    const stack = await starting;
    if (stopping) return;
    say('Everything is ready');
    await showJourney(stack, say);
    console.log(await nextThings(stack));
    say('Ready. Press Ctrl-C to stop.');
  } catch (error) {
    if (stopping) return;
    stopping = true;
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    await starting.then(
      (stack) => stack.stop(),
      () => undefined,
    );
    process.exit(1);
  }
};

void main();
