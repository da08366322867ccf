import { deadLetterTopicOf, topics } from './events';

/** What a service does with Kafka. */
interface KafkaUse {
  readonly writes: readonly string[];
  /** What it reads, each as a member of one group. It writes to `<topic>.dead-letter` what it cannot use. */
  readonly reads: readonly { readonly topic: string; readonly groupId: string }[];
}

const { orders, entitlements, connections, workflows, deliveryOutcomes, notices, audit } = topics;
const orderLetters = deadLetterTopicOf(orders.name);

/**
 * Who may do what in Kafka: the only list of it. The access control list of the brokers is made from it
 * (`npm run kafka-acls`), and a test compares it with what the running services do. `order-producer` stands for any
 * other producer of orders.
 */
export const kafkaUses = {
  billing: { writes: [entitlements.name, audit.name], reads: [] },
  'auth-connection': {
    writes: [connections.name, audit.name],
    reads: [{ topic: entitlements.name, groupId: 'auth-connection.entitlements' }],
  },
  workflow: {
    writes: [workflows.name, audit.name],
    reads: [
      { topic: entitlements.name, groupId: 'workflow.entitlements' },
      { topic: connections.name, groupId: 'workflow.connections' },
    ],
  },
  sync: {
    // It writes order events again when an organiser replays a dead letter.
    writes: [deliveryOutcomes.name, notices.name, orders.name, audit.name],
    reads: [
      { topic: orders.name, groupId: 'sync.orders' },
      { topic: entitlements.name, groupId: 'sync.entitlements' },
      { topic: connections.name, groupId: 'sync.connections' },
      { topic: workflows.name, groupId: 'sync.workflows' },
      { topic: orderLetters, groupId: 'sync.dead-letters' },
    ],
  },
  'order-intake': { writes: [orders.name, orderLetters, audit.name], reads: [] },
  audit: { writes: [], reads: [{ topic: audit.name, groupId: 'audit.entries' }] },
  'order-producer': { writes: [orders.name], reads: [] },
} as const satisfies Record<string, KafkaUse>;

export type KafkaUser = keyof typeof kafkaUses;

/** One rule of the access control list: a principal may do this. */
export interface KafkaRule {
  readonly principal: string;
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly operation: 'READ' | 'WRITE' | 'CREATE';
}

interface RuleOptions {
  /** Prefix of topics and groups. */
  readonly topicPrefix?: string;
  /** The principal of a user. Default: `User:boxlist-<name>`. */
  readonly principalOf?: (user: KafkaUser) => string;
}

/**
 * The rules for all services, or for some. A right to read or write includes the right to describe, and a right to
 * write includes what an idempotent producer needs. No service uses transactions. A service may create the topics that
 * it uses; `order-producer` may not.
 */
export const kafkaRules = (
  { topicPrefix = '', principalOf = (user) => `User:boxlist-${user}` }: RuleOptions = {},
  users: readonly KafkaUser[] = Object.keys(kafkaUses) as KafkaUser[],
): KafkaRule[] =>
  users.flatMap((user) => {
    const { writes, reads }: KafkaUse = kafkaUses[user];
    const read = [...new Set(reads.map(({ topic }) => topic))];
    const written = [...new Set([...writes, ...read.map(deadLetterTopicOf)])];
    const created = user === 'order-producer' ? [] : [...new Set([...written, ...read])];
    const rule = (resource: KafkaRule['resource'], operation: KafkaRule['operation']) => (name: string) => ({
      principal: principalOf(user),
      resource,
      name: `${topicPrefix}${name}`,
      operation,
    });
    return [
      ...written.map(rule('topic', 'WRITE')),
      ...read.map(rule('topic', 'READ')),
      ...created.map(rule('topic', 'CREATE')),
      ...reads.map(({ groupId }) => groupId).map(rule('group', 'READ')),
    ];
  });
