/**
 * All services on a broker with TLS, client certificates and an access control list, each as a user of its own. The
 * broker logs what it allows and denies, so the table of rights is compared with what the services really do.
 */
import { kafkaRules, topics } from '@boxlist/contracts';
import { anOrderEvent, eventually, startStack, type Stack } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ready, settled } from '../src/organiser';

const boxOfficeId = 'bo_secure';
let stack: Stack;
let statuses: string[];
beforeAll(async () => {
  stack = await startStack({ secureKafka: true });
  const graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
  await ready(graph, 'riverside');
  await stack.produce([anOrderEvent({ boxOfficeId })]);
  statuses = (await settled(graph, 1)).map(({ status }) => status);
}, 300_000);
afterAll(() => stack?.stop(), 60_000);

/** What the broker allowed or denied, as `principal operation resource`. */
const decided = (verdict: 'Allowed' | 'Denied'): Set<string> => {
  const log = readFileSync(join(stack.dataDir, 'kafka/kafka.log'), 'utf8');
  const lines = log.matchAll(
    /Principal = (\S+) is (Allowed|Denied) operation = (\w+) .* on resource = (\w+):LITERAL:(\S+) /g,
  );
  return new Set(
    [...lines].flatMap(([, principal, given, operation, resource, name]) =>
      given === verdict ? `${principal} ${operation} ${resource?.toLowerCase()} ${name}` : [],
    ),
  );
};

describe('the product on a secure Kafka', () => {
  it('brings an order from Kafka to Constant Contact', () => {
    expect(statuses).toEqual(['SYNCED']);
  });

  it('lets every service do what it needs, and no service has a right that it does not use', async () => {
    const topicPrefix = stack.settings.KAFKA_TOPIC_PREFIX ?? '';
    // The first service creates a topic. Dead letters, replays and notices are for failures, and audit entries for acts
    // of organisers, of which this journey has none at some services. order-intake writes at a webhook.
    const ofFailures: readonly string[] = [topics.orders.name, topics.notices.name, topics.audit.name];
    const seldom = ({ principal, operation, name }: ReturnType<typeof kafkaRules>[number]): boolean =>
      operation === 'CREATE' ||
      (operation === 'WRITE' &&
        (name.endsWith('.dead-letter') ||
          (ofFailures.includes(name.slice(topicPrefix.length)) && !principal.endsWith('order-producer'))));
    // The relay publishes an outcome after the graph shows it.
    await eventually(() => {
      const allowed = decided('Allowed');
      const unused = kafkaRules({ topicPrefix }).filter(
        (rule) => !seldom(rule) && !allowed.has(`${rule.principal} ${rule.operation} ${rule.resource} ${rule.name}`),
      );
      expect(unused).toEqual([]);
    });
    expect([...decided('Denied')].filter((line) => !/ (DESCRIBE|CREATE) /.test(line))).toEqual([]);
  });
});
