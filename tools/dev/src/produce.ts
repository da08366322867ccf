import { anOrderEvent, type OrderEventJson } from '@boxlist/testkit';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { demoBoxOffice } from './journey';
import { produce } from './kafka';

const usage = `npm run produce -- [options]    publishes orders on Kafka

  --email ADDRESS        e-mail address of the buyer (default: a new one for each order)
  --opt-in true|false|null   answer of the buyer; null: the checkout did not ask (default: true)
  --status completed|cancelled|pending   (default: completed)
  --order-id ID          order id; use the same id again to send another event of that order
  --event-id ID          --event-name NAME   --event-date YYYY-MM-DD
  --first-name NAME      --last-name NAME   --phone NUMBER
  --count N              number of orders (default: 1)
  --file FILE            JSON array of order objects, sent unchanged
  --box-office ID        box office that the orders belong to (default: ${demoBoxOffice})`;

const read = () => {
  try {
    return parseArgs({
      options: {
        email: { type: 'string' },
        'opt-in': { type: 'string', default: 'true' },
        status: { type: 'string', default: 'completed' },
        'order-id': { type: 'string' },
        'event-id': { type: 'string', default: 'ev_1' },
        'event-name': { type: 'string', default: 'Food Festival' },
        'event-date': { type: 'string', default: '2027-07-27' },
        'first-name': { type: 'string', default: 'Ada' },
        'last-name': { type: 'string', default: 'Example' },
        phone: { type: 'string' },
        count: { type: 'string', default: '1' },
        file: { type: 'string' },
        'box-office': { type: 'string', default: demoBoxOffice },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
};

/** Reports a mistake of the caller, without advice about the stack. */
const refuse = (message: string): never => {
  console.error(`✗ ${message}`);
  process.exit(2);
};

const ordersOf = (file: string): Record<string, unknown>[] => {
  let orders: unknown;
  try {
    orders = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse(`Cannot read ${file} as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isOrder = (order: unknown): boolean => typeof order === 'object' && order !== null && !Array.isArray(order);
  if (!Array.isArray(orders) || orders.length === 0 || !orders.every(isOrder))
    return refuse(`${file} must contain a JSON array of order objects`);
  return orders as Record<string, unknown>[];
};

const main = async (): Promise<void> => {
  const options = read();
  if (options.help) {
    console.log(usage);
    return;
  }
  const count = Number(options.count);
  if (!Number.isInteger(count) || count < 1 || !['true', 'false', 'null'].includes(options['opt-in'])) {
    console.error(usage);
    process.exit(2);
  }
  const boxOfficeId = options['box-office'];
  const run = Date.now().toString(36);
  const made = (index: number): OrderEventJson =>
    anOrderEvent({
      boxOfficeId,
      order: {
        ...(options['order-id'] ? { id: options['order-id'] } : {}),
        status: options.status,
        marketing_opt_in: options['opt-in'] === 'null' ? null : options['opt-in'],
        event_summary: {
          id: options['event-id'],
          event_series_id: null,
          name: options['event-name'],
          start_date: { date: options['event-date'] },
        },
        buyer_details: {
          email: options.email ?? `buyer${index}.${run}@example.com`,
          first_name: options['first-name'],
          last_name: options['last-name'],
          phone: options.phone ?? null,
        },
      },
    });
  const events = options.file
    ? ordersOf(options.file).map((order) => anOrderEvent({ boxOfficeId, order }))
    : Array.from({ length: count }, (_, index) => made(index));
  await produce(events);
  console.log(
    `✓ Published ${events.length} order(s) of ${boxOfficeId} on Kafka: ${events
      .slice(0, 5)
      .map(({ data }) => data.id)
      .join(', ')}${events.length > 5 ? ' …' : ''}`,
  );
};

main().catch((error: unknown) => {
  console.error(
    `✗ ${error instanceof Error ? error.message : String(error)}\n  Is the stack running? Start it with: npm start`,
  );
  process.exit(1);
});
