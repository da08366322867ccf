import { anOrderEvent, devToken, eventually, graphClient, sandboxClient } from '@boxlist/testkit';
import { demoAccount, demoBoxOffice } from './journey';
import { produce } from './kafka';
import { defaultPorts } from './steps';

/** Sends one order through the running stack, and checks its outcome in the graph and its contact at the sandbox. */
const main = async (): Promise<void> => {
  const ports = defaultPorts();
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  const email = `smoke.${Date.now().toString(36)}@example.com`;
  const event = anOrderEvent({ boxOfficeId: demoBoxOffice, order: { buyer_details: { email } } });
  const graph = graphClient(
    url(ports.gateway),
    await devToken(url(ports['dev-issuer']), { boxOfficeId: demoBoxOffice }),
  );
  const begun = Date.now();
  await produce([event]);
  await eventually(
    async () => {
      const { boxOffice } = await graph.query<{ boxOffice: { deliveries: { nodes: { status: string }[] } } }>(
        `query ($orderId: ID) {
          boxOffice { deliveries(filter: { orderId: $orderId }, first: 50) { nodes { status } } }
        }`,
        { orderId: event.data.id },
      );
      const statuses = boxOffice.deliveries.nodes.map(({ status }) => status);
      if (statuses.length === 0 || statuses.some((status) => status !== 'SYNCED'))
        throw new Error(`deliveries: ${statuses.join(', ') || 'none yet'}`);
    },
    { timeoutMs: 15_000 },
  );
  const contacts = await sandboxClient(url(ports['constant-contact-sandbox'])).contacts(demoAccount);
  const contact = contacts.find(({ email_address }) => email_address.address === email);
  if (contact?.email_address.permission_to_send !== 'explicit' || contact.list_memberships.length === 0)
    throw new Error('The contact is missing, has no explicit permission, or is on no list');
  console.log(`✓ One order went from Kafka to Constant Contact and into the graph in ${Date.now() - begun} ms`);
};

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  const isDown = /fetch failed|ECONNREFUSED/.test(reason);
  console.error(`✗ ${reason}${isDown ? '\n  Is the stack running? Start it with: npm start' : ''}`);
  process.exit(1);
});
