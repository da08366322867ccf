import { cloudEventOf, newId, type BoxOfficeId } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import { createReservations, pushingAudit, type Audited, type PageRange } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import { workflowFact, type Workflow, type WorkflowStatus, type WorkflowVersion } from '../domain/workflow';
import { versionOf } from './versions';

interface WorkflowDocument extends WorkflowVersion, Audited {
  _id: string;
  boxOfficeId: BoxOfficeId;
  createdAt: Date;
  outbox: OutboxEntry[];
}

const toWorkflow = (doc: WorkflowDocument): Workflow => ({
  ...versionOf(doc),
  id: doc._id,
  boxOfficeId: doc.boxOfficeId,
  createdAt: doc.createdAt,
});

const factOf = (workflow: Workflow): OutboxEntry =>
  outboxEntry(
    workflow.id,
    cloudEventOf({
      type: 'boxlist.workflow.changed.v1',
      source: '/boxlist/workflow',
      subject: workflow.id,
      boxOfficeId: workflow.boxOfficeId,
      time: workflow.changedAt,
      data: workflowFact(workflow),
    }),
  );

/** The position of a workflow in the list, newest first. */
export type WorkflowPosition = [createdAtMs: number, id: string];

const beyond = (operator: '$lt' | '$gt', [createdAtMs, id]: WorkflowPosition) => ({
  $or: [
    { createdAt: { [operator]: new Date(createdAtMs) } },
    { createdAt: new Date(createdAtMs), _id: { [operator]: id } },
  ],
});

/** Matches the workflows of a box office. Deleted ones match only if `status` asks for them. */
const listed = (boxOfficeId: BoxOfficeId, status: WorkflowStatus | undefined) => ({
  boxOfficeId,
  status: status ?? { $ne: 'DELETED' as const },
});

/** The audit entry of a change, for the workflow as it is saved. */
type AuditOf = (saved: Workflow) => OutboxEntry;

/** The current state of each workflow. The write of each change also contains its fact and its audit entry. */
export const createWorkflowStore = (mongo: Connection) => {
  const workflows = mongo.collection<WorkflowDocument>('workflows');
  const reservations = createReservations(mongo, 'workflow_reservations');
  return {
    collection: workflows,
    init: async (): Promise<void> => {
      await workflows.createIndex({ boxOfficeId: 1, createdAt: -1, _id: -1 });
    },
    byId: async (id: string): Promise<Workflow | undefined> => {
      const doc = await workflows.findOne({ _id: id }, { projection: { outbox: 0, auditOutbox: 0 } });
      return doc ? toWorkflow(doc) : undefined;
    },
    /** Undefined if the box office already has `limit` workflows. Deleted ones do not count. */
    insert: async (fields: Omit<Workflow, 'id'>, limit: number, auditOf: AuditOf): Promise<Workflow | undefined> => {
      const workflow: Workflow = { ...fields, id: newId('workflow') };
      const answer = await reservations.reserve({
        owner: workflow.boxOfficeId,
        id: workflow.id,
        limit,
        counts: async (ids) => {
          const found = workflows.find({ _id: { $in: [...ids] } }, { projection: { status: 1 } });
          return new Map((await found.toArray()).map(({ _id, status }) => [_id, status !== 'DELETED']));
        },
        now: workflow.createdAt,
      });
      if (answer !== 'RESERVED') return undefined;
      const { id, ...rest } = workflow;
      await workflows.insertOne({ _id: id, ...rest, outbox: [factOf(workflow)], auditOutbox: [auditOf(workflow)] });
      return workflow;
    },
    /** Replaces the current version with a new one. Undefined if another process changed it first. */
    replace: async (current: Workflow, next: WorkflowVersion, auditOf: AuditOf): Promise<Workflow | undefined> => {
      const workflow: Workflow = { ...current, ...versionOf(next) };
      const { matchedCount } = await workflows.updateOne(
        { _id: current.id, version: current.version },
        { $set: versionOf(next), $push: { outbox: factOf(workflow), ...pushingAudit(auditOf(workflow)) } },
      );
      return matchedCount === 1 ? workflow : undefined;
    },
    /** A page of the list. Forward means newest first. */
    page: async (
      boxOfficeId: BoxOfficeId,
      status: WorkflowStatus | undefined,
      { direction, after, before, limit }: PageRange<WorkflowPosition>,
    ): Promise<Workflow[]> => {
      const order = direction === 'forward' ? -1 : 1;
      const bounds = [...(after ? [beyond('$lt', after)] : []), ...(before ? [beyond('$gt', before)] : [])];
      const docs = await workflows
        .find(
          { ...listed(boxOfficeId, status), ...(bounds.length > 0 ? { $and: bounds } : {}) },
          { projection: { outbox: 0, auditOutbox: 0 } },
        )
        .sort({ createdAt: order, _id: order })
        .limit(limit)
        .toArray();
      return docs.map(toWorkflow);
    },
    count: (boxOfficeId: BoxOfficeId, status: WorkflowStatus | undefined): Promise<number> =>
      workflows.countDocuments(listed(boxOfficeId, status)),
  };
};

export type WorkflowStore = ReturnType<typeof createWorkflowStore>;
