// @ts-expect-error -- kafkajs has no types of what it keeps to itself
import Runner from 'kafkajs/src/consumer/runner.js';

/** What of kafkajs' consumer, and of its connections, is used here. */
interface Queue {
  readonly inflight: ReadonlyMap<number, { readonly entry: { readonly apiName: string } }>;
  fulfillRequest(answer: { readonly correlationId: number; readonly size: number; readonly payload: Buffer }): void;
}

interface RunnerMethods {
  readonly consumerGroup: {
    readonly cluster: {
      readonly brokerPool: {
        readonly brokers: Readonly<
          Record<string, { readonly connectionPool: { readonly pool: readonly { readonly requestQueue: Queue }[] } }>
        >;
      };
    };
  };
  stop(): Promise<void>;
}

/** An answer to a fetch of any version without a topic: all of its fields are zero, and none is longer. */
const nothingFetched = Buffer.alloc(14);

/**
 * Ends the fetches that a consumer has open when it stops: a broker keeps one open for as long as there is nothing to
 * send, and kafkajs waits for it before it leaves the group. Each is answered here, with nothing. An answer that comes
 * all the same is dropped: nothing of it was handled, and the offsets of what was handled are committed by then.
 */
export const endFetchesAtStop = (): void => {
  const methods = (Runner as { prototype: RunnerMethods }).prototype;
  const { stop } = methods;
  methods.stop = function stopAtOnce() {
    const stopped = stop.call(this);
    for (const { connectionPool } of Object.values(this.consumerGroup.cluster.brokerPool.brokers))
      for (const { requestQueue } of connectionPool.pool)
        for (const [correlationId, { entry }] of [...requestQueue.inflight])
          if (entry.apiName === 'Fetch')
            requestQueue.fulfillRequest({ correlationId, size: nothingFetched.length, payload: nothingFetched });
    return stopped;
  };
};
