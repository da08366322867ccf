import { isFree, startStack, workspaceRoot, type Stack } from '@boxlist/testkit';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { answersFor, contactsOf, demoBoxOffice, fiveOrders, prepare } from './journey';
import { defaultPorts, progress, runQuietly } from './steps';

const portSetting = (name: string): string =>
  name === 'constant-contact-sandbox' ? 'SANDBOX_PORT' : `${name.toUpperCase().replaceAll('-', '_')}_PORT`;

/** Says which ports are taken and how to choose others; nothing is started then. */
const demandFreePorts = async (): Promise<void> => {
  const given = { kafka: process.env.KAFKA_BROKERS, mongo: process.env.MONGODB_URI } as Record<
    string,
    string | undefined
  >;
  const busy: string[] = [];
  for (const [name, port] of Object.entries(defaultPorts()))
    if (!given[name] && !(await isFree(port))) busy.push(`  ${port} for ${name} (set ${portSetting(name)})`);
  if (busy.length === 0) return;
  console.error(`These ports are taken already. Is another \`npm start\` running?\n${busy.join('\n')}`);
  process.exit(1);
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
  say('Five orders are on Kafka; waiting for their outcomes');
  const answers = await answersFor(
    graph,
    events.map(({ data }) => data.id),
    2,
  );
  say('Every buyer has an answer');
  const rows = answers.map(({ order, workflow, status, reason }) => [
    order.id.replace(/^or_[^_]+_/, ''),
    workflow.name,
    status,
    reason?.message ?? '',
  ]);
  console.log(`\n${table([['ORDER', 'WORKFLOW', 'OUTCOME', 'WHY'], ...rows])}\n`);
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
  return `   Graph        ${stack.url('gateway')}/graphql   (an explorer in the browser; set the header below)
   Sandbox      ${stack.url('constant-contact-sandbox')}/   (its contacts and calls)
   Kafka        ${stack.brokers}
   Logs         ${join(stack.dataDir, 'logs')}
   Header       authorization: Bearer ${token}

   Next: npm run smoke
         npm run produce -- --email grace@example.com --opt-in true
         npm start -- --fresh   (forgets all data)

   MongoDB is ${stack.mongoKind === 'stand-in' || stack.mongoKind === 'slow stand-in' ? `a ${stack.mongoKind}, not the real server` : stack.mongoKind}. Ctrl-C stops everything.
`;
};

const main = async (): Promise<void> => {
  const say = progress();
  const dataDir = join(workspaceRoot(), '.data');
  await demandFreePorts();
  if (process.argv.includes('--fresh')) rmSync(dataDir, { recursive: true, force: true });
  say('Building the apps');
  if ((await runQuietly('nx', ['run-many', '-t', 'build', '--output-style=static'])) !== 0) process.exit(1);
  let stack: Stack | undefined;
  let starting: Promise<Stack> | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    console.log('\nStopping …');
    // One that is still starting is let come up or fail first: what is killed half-way keeps the next start waiting.
    const stopped = Promise.resolve(starting).then(
      (started) => started?.stop(),
      () => undefined,
    );
    void stopped.then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    starting = startStack({ dataDir, ports: defaultPorts(), onProgress: say });
    stack = await starting;
    say('Everything is ready');
    await showJourney(stack, say);
    console.log(await nextThings(stack));
    say('Ready. It stays up until Ctrl-C.');
  } catch (error) {
    if (stopping) return;
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    await stack?.stop();
    process.exit(1);
  }
};

void main();
