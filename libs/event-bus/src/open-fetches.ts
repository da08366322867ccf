// @ts-expect-error -- kafkajs has no types of what it keeps to itself
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
// @ts-expect-error -- kafkajs has no types of what it keeps to itself
import Runner from 'kafkajs/src/consumer/runner.js';

type Partitions = readonly { readonly topic: string; readonly partitions: readonly number[] }[];

/** What of kafkajs' connections, its groups and its consumers is used here. */
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

/** A fetch that a group waits for. */
interface OpenFetch {
  readonly nodeId: string;
  /** Ends the waiting, with nothing. */
  readonly end: () => void;
}

const openFetches = new WeakMap<Group, Set<OpenFetch>>();

/** An answer to a fetch of any version without a topic: all of its fields are zero, and none is longer. */
const nothingFetched = Buffer.alloc(14);

/** Ends the fetches that a broker keeps open. An answer that comes all the same is dropped. */
const endAtBroker = ({ connectionPool }: Broker): void => {
  for (const { requestQueue } of connectionPool.pool)
    for (const [correlationId, { entry }] of [...requestQueue.inflight])
      if (entry.apiName === 'Fetch')
        requestQueue.fulfillRequest({ correlationId, size: nothingFetched.length, payload: nothingFetched });
};

/** Whether there is nothing to ask a broker for: then kafkajs sleeps for as long as a fetch may take. */
const sleeps = (group: Group, nodeId: string): boolean => {
  try {
    const asked = group.filterPartitionsByNode(nodeId, group.subscriptionState.active());
    return asked.every(({ partitions }) => partitions.length === 0);
  } catch {
    // It does not know who leads a partition: the fetch is on its way to find out.
    return false;
  }
};

/**
 * Ends the fetches that a consumer has open when it stops. A broker keeps one open for as long as there is nothing to
 * send, and kafkajs waits for it before it leaves the group; so it does where there is nothing to fetch. Nothing of
 * such a fetch was handled. What is being handled is waited for, and its offsets are committed.
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
