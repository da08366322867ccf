// @ts-expect-error -- kafkajs has no types for its internals
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
// @ts-expect-error -- kafkajs has no types for its internals
import Runner from 'kafkajs/src/consumer/runner.js';

type Partitions = readonly { readonly topic: string; readonly partitions: readonly number[] }[];

/** The parts of kafkajs' connections, groups and consumers that are used here. */
interface Queue {
  readonly inflight: ReadonlyMap<number, { readonly entry: { readonly apiName: string } }>;
  fulfillRequest(answer: { readonly correlationId: number; readonly size: number; readonly payload: Buffer }): void;
}

interface Broker {
  readonly connectionPool: { readonly pool: readonly { readonly requestQueue: Queue }[] };
}

interface Group {
  readonly cluster: { readonly brokerPool: { readonly brokers: Readonly<Record<string, Broker>> } };
  readonly subscriptionState: { active(): Partitions };
  filterPartitionsByNode(nodeId: string, partitions: Partitions): Partitions;
  fetch: (this: Group, nodeId: string) => Promise<readonly object[]>;
}

interface Consumer {
  readonly consumerGroup: Group;
  stop: (this: Consumer) => Promise<void>;
}

/** A fetch that a group is waiting for. */
interface OpenFetch {
  readonly nodeId: string;
  /** Ends the wait with no messages. */
  readonly end: () => void;
}

const openFetches = new WeakMap<Group, Set<OpenFetch>>();

/** An answer without a topic, for a fetch of any version. All fields are zero, and no version has a longer one. */
const nothingFetched = Buffer.alloc(14);

/** Ends the fetches that a broker keeps open. Later answers to them are dropped. */
const endAtBroker = ({ connectionPool }: Broker): void => {
  for (const { requestQueue } of connectionPool.pool)
    for (const [correlationId, { entry }] of [...requestQueue.inflight])
      if (entry.apiName === 'Fetch')
        requestQueue.fulfillRequest({ correlationId, size: nothingFetched.length, payload: nothingFetched });
};

/** Whether there is nothing to fetch from a broker. kafkajs then sleeps for as long as a fetch may take. */
const sleeps = (group: Group, nodeId: string): boolean => {
  try {
    const asked = group.filterPartitionsByNode(nodeId, group.subscriptionState.active());
    return asked.every(({ partitions }) => partitions.length === 0);
  } catch {
    // The leader of a partition is unknown. The fetch is about to look it up.
    return false;
  }
};

/**
 * Makes a consumer end its open fetches when it stops. A broker keeps a fetch open while it has no messages, and
 * kafkajs waits for it before it leaves the group. kafkajs also waits while it has nothing to fetch. No message of
 * such a fetch was handled. The consumer still finishes the messages that it is handling and commits their offsets.
 */
export const endFetchesAtStop = (): void => {
  const group = (ConsumerGroup as { prototype: Group }).prototype;
  const { fetch } = group;
  group.fetch = function fetchUntilStopped(nodeId) {
    const open = openFetches.get(this) ?? new Set();
    openFetches.set(this, open);
    return new Promise((resolve, reject) => {
      const one = { nodeId, end: () => resolve([]) };
      open.add(one);
      void fetch
        .call(this, nodeId)
        .then(resolve, reject)
        .finally(() => open.delete(one));
    });
  };
  const consumer = (Runner as { prototype: Consumer }).prototype;
  const { stop } = consumer;
  consumer.stop = function stopAtOnce() {
    const stopped = stop.call(this);
    const own = this.consumerGroup;
    for (const { nodeId, end } of openFetches.get(own) ?? []) if (sleeps(own, nodeId)) end();
    for (const broker of Object.values(own.cluster.brokerPool.brokers)) endAtBroker(broker);
    return stopped;
  };
};
