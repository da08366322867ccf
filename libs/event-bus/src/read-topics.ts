import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';

/** What a topic holds: for each message its key, value and headers as one text. */
export type TopicTexts = ReadonlyMap<string, readonly string[]>;

const textOf = (message: { key: Buffer | null; value: Buffer | null; headers?: object }): string =>
  [
    message.key,
    message.value,
    ...Object.entries(message.headers ?? {}).flatMap(([name, value]) => [name, value as unknown]),
  ]
    .map((part) =>
      part === null || part === undefined ? '' : Buffer.isBuffer(part) ? part.toString('utf8') : String(part as string),
    )
    .join('\n');

/**
 * Reads all messages of all topics whose names begin with the prefix, up to the ends at the time of the call. The
 * result has the names without the prefix. Throws if that takes longer than the timeout: a part would look like all.
 * For tests that look for data where it does not belong.
 */
export const readTopics = async (brokers: string, prefix: string, timeoutMs = 60_000): Promise<TopicTexts> => {
  const kafka = new Kafka({ clientId: 'read-topics', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const groupId = `${prefix}read-topics-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId });
  await admin.connect();
  try {
    const names = (await admin.listTopics()).filter((name) => name.startsWith(prefix) && !name.startsWith('__'));
    const texts = new Map<string, string[]>(names.map((name) => [name.slice(prefix.length), []]));
    const open = new Map<string, bigint>();
    for (const topic of names)
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
        if (high !== low) open.set(`${topic} ${partition}`, BigInt(high) - 1n);
    if (open.size === 0) return texts;
    await consumer.connect();
    await consumer.subscribe({ topics: names, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Not read to the end: ${[...open.keys()].join()}`)), timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      consumer
        .run({
          eachBatch: async ({ batch }) => {
            texts.get(batch.topic.slice(prefix.length))?.push(...batch.messages.map(textOf));
            const key = `${batch.topic} ${batch.partition}`;
            if (BigInt(batch.lastOffset()) >= (open.get(key) ?? 0n)) open.delete(key);
            if (open.size === 0) done();
          },
        })
        .catch(reject);
    });
    return texts;
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
};
