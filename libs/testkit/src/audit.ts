import { auditEventSchema, topics, type AuditEntry } from '@boxlist/contracts';
import { consumeFacts, type EventBus } from '@boxlist/event-bus';
import { eventually } from '@boxlist/local-servers';

/** An entry of the audit log, as its topic has it. */
export type SeenEntry = AuditEntry & { readonly eventId: string; readonly time: string };

/** Reads the audit log's topic from its beginning. */
export const followAudit = async (bus: EventBus) => {
  const seen = new Map<string, SeenEntry>();
  const consumer = await consumeFacts(bus, {
    topic: topics.audit.name,
    groupId: 'test.audit',
    schema: auditEventSchema,
    apply: async ({ id, time, data }) => void seen.set(id, { ...data, eventId: id, time }),
  });
  const of = (boxOfficeId: string): SeenEntry[] =>
    [...seen.values()].filter((each) => each.boxOfficeId === boxOfficeId);
  return {
    /** The entries of a box office so far, oldest first. */
    of,
    /** The entries of a box office, once there are that many. */
    until: (boxOfficeId: string, count: number): Promise<SeenEntry[]> =>
      eventually(
        async () => {
          const entries = of(boxOfficeId);
          if (entries.length < count) throw new Error(`${entries.length} of ${count} audit entries`);
          return entries;
        },
        { timeoutMs: 20_000 },
      ),
    close: () => consumer.close(),
  };
};

export type AuditFollower = Awaited<ReturnType<typeof followAudit>>;
