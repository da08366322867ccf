import type { EachBatchPayload } from 'kafkajs';
import { createPartitionWork } from '../src/partition-work';
import { quiet } from './world';

const nothing = async (): Promise<void> => undefined;

type Needs = Parameters<typeof createPartitionWork>[0];
interface Message {
  readonly offset: string;
}

export const aMessage = (offset: number) => ({
  offset: String(offset),
  key: Buffer.from('k'),
  value: Buffer.from(String(offset)),
  headers: {},
});

/** The work on a partition, with a fake of kafkajs that fetches from the next offset, and again after each pause. */
export const stagedPartition = (needs: Partial<Needs>, fetch: (offset: number) => readonly Message[]) => {
  const over = new AbortController();
  const work = createPartitionWork({
    handle: nothing,
    deadLetter: nothing,
    setAside: nothing,
    log: quiet,
    heartbeatMs: 1_000,
    signal: over.signal,
    ...needs,
  });
  const stage = { next: 0, fetches: 0, pauses: 0 };
  /** Handles one fetch. Resolves when the next fetch may start, with whether the partition was paused. */
  const once = async (): Promise<boolean> => {
    let resumed: Promise<void> | undefined;
    stage.fetches += 1;
    await work.take({
      batch: { topic: 't', partition: 0, messages: fetch(stage.next) },
      isRunning: () => true,
      isStale: () => false,
      heartbeat: nothing,
      commitOffsetsIfNecessary: nothing,
      resolveOffset: (offset: string) => (stage.next = Number(offset) + 1),
      pause: () => {
        let resume = (): void => undefined;
        stage.pauses += 1;
        resumed = new Promise((resolve) => (resume = resolve));
        return () => resume();
      },
    } as unknown as EachBatchPayload);
    await resumed;
    return resumed !== undefined;
  };
  return {
    work,
    stage,
    once,
    /** Fetches until `offset` is the next one. */
    until: async (offset: number): Promise<void> => {
      while (stage.next < offset) await once();
    },
    close: (): void => {
      over.abort();
      work.close();
    },
  };
};
