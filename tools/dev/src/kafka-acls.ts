import { kafkaRules, kafkaUses, type KafkaRule, type KafkaUser } from '@boxlist/contracts';
import { grantAccess } from '@boxlist/event-bus';
import { parseArgs } from 'node:util';
import { kafkaOptions } from './kafka';

const users = Object.keys(kafkaUses) as KafkaUser[];
const usage = `npm run kafka-acls -- [options]    prints Kafka's access control list, as calls of kafka-acls.sh

  --apply                adds the rules to the brokers of KAFKA_BROKERS, by the other KAFKA_* settings,
                         as a user who may alter the list
  --principal TEMPLATE   principal of a service (default: User:boxlist-{service})
  --service NAME         only this service; may be repeated (${users.join(', ')})

The rules are for topics and groups with the prefix KAFKA_TOPIC_PREFIX.`;

const read = () => {
  try {
    return parseArgs({
      options: {
        apply: { type: 'boolean', default: false },
        principal: { type: 'string', default: 'User:boxlist-{service}' },
        service: { type: 'string', multiple: true, default: [...users] },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** One call for each principal and resource. */
const callsOf = (rules: readonly KafkaRule[]): string[] =>
  [...Map.groupBy(rules, ({ principal, resource, name }) => `${principal}\n${resource}\n${name}`).values()].flatMap(
    (together) => {
      const [first] = together;
      if (!first) return [];
      const operations = together.map(
        ({ operation }) => `--operation ${operation[0]}${operation.slice(1).toLowerCase()}`,
      );
      return (
        'kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config admin.properties --add ' +
        `--allow-principal ${quoted(first.principal)} ${operations.join(' ')} --${first.resource} ${quoted(first.name)}`
      );
    },
  );

const main = async (): Promise<void> => {
  const { apply, principal, service, help } = read();
  const named = users.filter((user) => service.includes(user));
  if (help || named.length !== new Set(service).size || !principal.includes('{service}')) {
    (help ? console.log : console.error)(usage);
    process.exitCode = help ? 0 : 2;
    return;
  }
  const { topicPrefix, brokers, security } = kafkaOptions();
  const rules = kafkaRules({ topicPrefix, principalOf: (user) => principal.replaceAll('{service}', user) }, named);
  if (!apply) {
    for (const call of callsOf(rules)) console.log(call);
    return;
  }
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  await grantAccess({ brokers, security, clientId: 'kafka-acls', log }, rules);
  console.log(`✓ Added ${rules.length} rules for ${named.join(', ')}`);
};

main().catch((error: unknown) => {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
