import { factEvent, newId, type BoxOfficeId } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import type { PageRange } from '@boxlist/service-kit';
import { Schema, type Connection as MongoConnection } from 'mongoose';
import { workflowFact, type Workflow, type WorkflowStatus, type WorkflowVersion } from '../domain/workflow';
import { versionFields, versionOf } from './versions';

interface WorkflowDocument extends WorkflowVersion {
  _id: string;
  boxOfficeId: BoxOfficeId;
  createdAt: Date;
  outbox: OutboxEntry[];
}

const schema = new Schema<WorkflowDocument>(
  {
    _id: String,
    boxOfficeId: String,
    ...versionFields,
    createdAt: Date,
    outbox: [Schema.Types.Mixed],
  },
  { collection: 'workflows', versionKey: false, minimize: false },
);
schema.index({ boxOfficeId: 1, createdAt: -1, _id: -1 });

const toWorkflow = (doc: WorkflowDocument): Workflow => ({
  ...versionOf(doc),
  id: doc._id,
  boxOfficeId: doc.boxOfficeId,
  createdAt: doc.createdAt,
});

const factOf = (workflow: Workflow): OutboxEntry =>
  outboxEntry(
    workflow.id,
    factEvent({
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

/** The current state of each workflow. The write of each change also contains its fact. */
export const createWorkflowStore = (mongo: MongoConnection) => {
  const model = mongo.model<WorkflowDocument>('Workflow', schema);
  return {
    collection: model.collection,
    init: async () => {
      await model.createIndexes();
    },
    byId: async (id: string): Promise<Workflow | undefined> => {
      const doc = await model.findById(id, { outbox: 0 }).lean<WorkflowDocument>();
      return doc ? toWorkflow(doc) : undefined;
    },
    insert: async (fields: Omit<Workflow, 'id'>): Promise<Workflow> => {
      const workflow: Workflow = { ...fields, id: newId('workflow') };
      const { id, ...rest } = workflow;
      await model.create({ _id: id, ...rest, outbox: [factOf(workflow)] });
      return workflow;
    },
    /** Replaces the current version with a new one. Undefined if another process changed it first. */
    replace: async (current: Workflow, next: WorkflowVersion): Promise<Workflow | undefined> => {
      const workflow: Workflow = { ...current, ...versionOf(next) };
      const { matchedCount } = await model.updateOne(
        { _id: current.id, version: current.version },
        { $set: versionOf(next), $push: { outbox: factOf(workflow) } },
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
      const docs = await model
        .find({ ...listed(boxOfficeId, status), ...(bounds.length > 0 ? { $and: bounds } : {}) }, { outbox: 0 })
        .sort({ createdAt: order, _id: order })
        .limit(limit)
        .lean<WorkflowDocument[]>();
      return docs.map(toWorkflow);
    },
    count: async (boxOfficeId: BoxOfficeId, status: WorkflowStatus | undefined): Promise<number> =>
      // Awaited here, because a mongoose query runs again at each `then` and throws at the second.
      await model.countDocuments(listed(boxOfficeId, status)),
  };
};

export type WorkflowStore = ReturnType<typeof createWorkflowStore>;
