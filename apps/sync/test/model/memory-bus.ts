import { deadLetterTopicOf } from '@boxlist/contracts';
import type { BusMessage, EventBus, NewMessage } from '@boxlist/event-bus';
import type { Actor } from './stage';

type Handle = (messages: readonly BusMessage[]) => Promise<void>;

interface Member {
  readonly actor: Actor;
  readonly handle: Handle;
}

/** A consumer group on one topic: each partition has one owner, and uncommitted messages are delivered again. */
interface Group {
  readonly topic: string;
  readonly groupId: string;
  members: Member[];
  readonly committed: number[];
  readonly owner: (Member | undefined)[];
  /** Grows with each new owner: a commit of an earlier owner has no effect. */
  readonly generation: number[];
  readonly busy: boolean[];
}

const partitions = 2;
const partitionOf = (key: string): number => [...key].reduce((sum, each) => sum + each.charCodeAt(0), 0) % partitions;

/** Topics and consumer groups like Kafka's, in memory. */
export const createMemoryBus = (clock: () => number) => {
  let published = 0;
  const topics = new Map<string, BusMessage[][]>();
  const groups = new Map<string, Group>();
  const failures: unknown[] = [];

  const topicOf = (name: string): BusMessage[][] => {
    let found = topics.get(name);
    if (!found) topics.set(name, (found = Array.from({ length: partitions }, () => [])));
    return found;
  };
  const append = (topic: string, { key, value, headers = {} }: NewMessage): void => {
    const partition = partitionOf(key);
    const log = topicOf(topic)[partition]!;
    log.push({ topic, partition, offset: String(log.length), key, value: Buffer.from(value), headers });
    published += 1;
  };

  const assign = (group: Group, partition: number, member: Member | undefined): void => {
    group.owner[partition] = member;
    group.generation[partition]! += 1;
    group.busy[partition] = false;
  };
  const join = (topic: string, groupId: string, member: Member): Group => {
    let group = groups.get(groupId);
    if (!group) {
      const each = <T>(value: T): T[] => Array.from({ length: partitions }, () => value);
      group = {
        topic,
        groupId,
        members: [],
        committed: each(0),
        owner: each(undefined),
        generation: each(0),
        busy: each(false),
      };
      groups.set(groupId, group);
    }
    group.members.push(member);
    for (let partition = 0; partition < partitions; partition += 1)
      if (!group.owner[partition] || partition % 2 === member.actor.process) assign(group, partition, member);
    return group;
  };

  /** The stage may delay this call for any time; only its answer matters. */
  const isCaughtUp = (actor: Actor, group: Group | undefined): Promise<boolean> =>
    actor.call(
      'bus.caughtUp',
      () =>
        group !== undefined &&
        topicOf(group.topic).every((log, partition) => group.committed[partition] === log.length),
    );

  /** Delivers the next messages to the partition's owner, at most `most`. */
  const deliver = (group: Group, partition: number, most: number): void => {
    const member = group.owner[partition];
    if (!member || group.busy[partition]) return;
    const from = group.committed[partition]!;
    const messages = topicOf(group.topic)[partition]!.slice(from, from + most);
    if (messages.length === 0) return;
    const generation = group.generation[partition];
    const isOwn = (): boolean => group.generation[partition] === generation;
    group.busy[partition] = true;
    void member
      .handle(messages)
      .then(() =>
        member.actor.call('bus.commit', () => {
          if (isOwn()) group.committed[partition] = from + messages.length;
        }),
      )
      .catch((error: unknown) => failures.push(error))
      .finally(() => {
        if (isOwn()) group.busy[partition] = false;
      });
  };

  return {
    /** The bus as one process uses it. */
    connect: (actor: Actor): EventBus => ({
      ensureTopics: async () => undefined,
      publish: (topic, messages) =>
        messages.length === 0
          ? Promise.resolve()
          : actor.call(`bus.publish ${topic}`, () => messages.forEach((message) => append(topic, message))),
      deadLetter: (message, { code, reason }) =>
        actor.call('bus.deadLetter', () =>
          append(deadLetterTopicOf(message.topic), {
            key: message.key ?? '',
            value: message.value ?? '',
            headers: {
              ...message.headers,
              'dead-letter-code': code,
              'dead-letter-reason': reason,
              'dead-letter-at': new Date(clock()).toISOString(),
              'original-topic': message.topic,
              'original-partition': String(message.partition),
              'original-offset': message.offset,
            },
          }),
        ),
      consumeBatches: async ({ topic, groupId, handle }) => {
        const group = join(topic, groupId, { actor, handle });
        return {
          caughtUp: () => isCaughtUp(actor, group),
          close: async () => undefined,
        };
      },
      caughtUp: async ({ groupId }) => isCaughtUp(actor, groups.get(groupId)),
      standing: () => [],
      checkProgress: async () => undefined,
      check: async () => undefined,
      close: async () => undefined,
    }),
    /** Publishes a message of an outside producer. */
    publish: append,
    /** A process died: its partitions go to another. */
    leave: (actor: Actor): void => {
      for (const group of groups.values()) {
        group.members = group.members.filter((member) => member.actor !== actor);
        group.owner.forEach((owner, partition) => {
          if (owner?.actor === actor) assign(group, partition, group.members[0]);
        });
      }
    },
    /** A process stalls: its partitions go to another. */
    handOver: (actor: Actor): void => {
      for (const group of groups.values())
        group.owner.forEach((owner, partition) => {
          const other = group.members.find((member) => member.actor !== actor);
          if (other && owner?.actor === actor) assign(group, partition, other);
        });
    },
    /** All partitions get new owners, even while the old ones are handling messages. */
    rebalance: (): void => {
      for (const group of groups.values())
        group.owner.forEach((owner, partition) => {
          const other = group.members.find((member) => member !== owner);
          if (other) assign(group, partition, other);
        });
    },
    /** Delivers waiting messages; returns false if none wait. */
    deliver: (most: () => number): boolean => {
      let any = false;
      for (const group of groups.values())
        for (let partition = 0; partition < partitions; partition += 1) {
          if (group.committed[partition]! < topicOf(group.topic)[partition]!.length) any = true;
          deliver(group, partition, most());
        }
      return any;
    },
    /** The number of messages ever published. */
    published: (): number => published,
    messages: (topic: string): BusMessage[] => topicOf(topic).flat(),
    /** Errors that handlers threw; their messages were delivered again. */
    failures,
  };
};

export type MemoryBus = ReturnType<typeof createMemoryBus>;
