import { cloudEventOf, newId, topics, type AuditAction, type AuditObjectType } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import type { Collection, Connection } from 'mongoose';
import type { Identity } from './identity';

/** The caller, and the request by which they act. */
export interface Actor extends Identity {
  readonly requestId: string;
}

/** What an actor does to what. Details are ids, codes and numbers, never personal data and never a secret. */
export interface Act {
  readonly action: AuditAction;
  readonly object: { readonly type: AuditObjectType; readonly id: string };
  readonly details?: Readonly<Record<string, string>>;
}

/**
 * The audit entry of an act, as an event on `audit.v1`. Push it to `auditOutbox` in the write that changes the
 * document, so that there is neither a change without its entry nor an entry without its change. The event keeps its
 * id, however often it is published.
 */
export const auditEntry = (
  service: string,
  { subject, role, boxOfficeId, requestId }: Actor,
  { action, object, details = {} }: Act,
  time: Date,
): OutboxEntry =>
  outboxEntry(
    boxOfficeId,
    cloudEventOf({
      type: 'boxlist.audit.recorded.v1',
      source: `/boxlist/${service}`,
      subject: object.id,
      boxOfficeId,
      time,
      data: { boxOfficeId, action, actor: { subject, role }, requestId, object, details },
    }),
  );

/** A document whose changes carry audit entries. */
export interface Audited {
  /** Entries that are not on the topic yet. Absent in documents from before the audit log. */
  auditOutbox?: OutboxEntry[];
}

/** The part of an update that adds an entry, if there is one. */
export const pushingAudit = (entry: OutboxEntry | undefined) => (entry ? { auditOutbox: entry } : {});

/** The options of the relay that publishes the audit entries in a collection. */
export const auditRelay = { topic: topics.audit, field: 'auditOutbox' } as const;

/** The document of one such act. */
export interface AuditRecordDocument extends Required<Audited> {
  _id: string;
}

/**
 * Entries of acts that change no document, such as the export of a buyer: one document each, which holds the entry
 * until it is on the topic. Write the entry before the act is answered.
 */
export const createAuditRecords = (mongo: Connection) => {
  const records: Collection<AuditRecordDocument> = mongo.collection('audit_records');
  return {
    collection: records,
    write: async (entry: OutboxEntry): Promise<void> => {
      // What earlier records held is on the topic.
      await records.deleteMany({ auditOutbox: [] });
      await records.insertOne({ _id: newId('event'), auditOutbox: [entry] });
    },
  };
};
