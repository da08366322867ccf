import { createEventBus } from '../src';
import { quiet } from './world';

/** A member of a group in its own process. Its handler never finishes. */
const main = async (): Promise<void> => {
  const [brokers = '', topic = '', groupId = ''] = process.argv.slice(2);
  const bus = createEventBus({ brokers: brokers.split(','), clientId: 'consumer-process', log: quiet });
  await bus.consumeBatches({
    topic,
    groupId,
    handle: async (messages) => {
      process.stdout.write(`${messages.map(({ value }) => String(value)).join(',')}\n`);
      await new Promise(() => undefined);
    },
  });
};

void main();
