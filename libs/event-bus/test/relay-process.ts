import mongoose from 'mongoose';
import { createEventBus, startOutboxRelay } from '../src';
import { quiet } from './world';

/** A relay in its own process. It holds its publication until it reads from stdin, and never learns the result. */
const main = async (): Promise<void> => {
  const [brokers = '', mongoUri = '', collection = '', topic = ''] = process.argv.slice(2);
  const mongo = await mongoose.createConnection(mongoUri, { dbName: 'event_bus_spec' }).asPromise();
  const bus = createEventBus({ brokers: brokers.split(','), clientId: 'relay-process', log: quiet });
  await bus.check();
  const goOn = new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  await startOutboxRelay({
    collection: mongo.collection(collection),
    topic: { name: topic, compacted: true },
    log: quiet,
    bus: {
      ...bus,
      publish: async (...args) => {
        process.stdout.write('held\n');
        await goOn;
        await bus.publish(...args);
        process.stdout.write('acknowledged\n');
        await new Promise(() => undefined);
      },
    },
  });
};

void main();
