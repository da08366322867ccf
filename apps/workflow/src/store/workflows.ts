import { factEvent, newId, type BoxOfficeId } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import { Schema, type Connection as MongoConnection } from 'mongoose';
import { workflowFact, type Workflow, type WorkflowStatus, type WorkflowVersion } from '../domain/workflow';

interface WorkflowDocument extends WorkflowVersion {
  _id: string;
  boxOfficeId: BoxOfficeId;
  createdAt: Date;
  /** Every earlier state, oldest first, in the same document: a crash can tear no version out. */
  history: WorkflowVersion[];
  outbox: OutboxEntry[];
}

/** History kept in the document; the oldest beyond it are dropped, so that it stays far below MongoDB's limit. */
const keptVersions = 200;

const schema = new Schema<WorkflowDocument>(
  {
    _id: String,
    boxOfficeId: String,
    version: Number,
    status: String,
    spec: Schema.Types.Mixed,
    activeSince: Date,
    changedAt: Date,
    changedBy: String,
    createdAt: Date,
    history: [Schema.Types.Mixed],
    outbox: [Schema.Types.Mixed],
  },
  { collection: 'workflows', versionKey: false, minimize: false },
);
schema.index({ boxOfficeId: 1, createdAt: -1, _id: -1 });

const versionOf = ({ version, status, spec, activeSince, changedAt, changedBy }: WorkflowVersion): WorkflowVersion => ({
  version,
  status,
  spec,
  activeSince,
  changedAt,
  changedBy,
});
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

/** Where a workflow stands in the list, newest first. */
export type WorkflowPosition = [createdAt: number, id: string];

/** Workflows with their versions and the facts about them, one document each. */
export const createWorkflowStore = (mongo: MongoConnection) => {
  const model = mongo.model<WorkflowDocument>('Workflow', schema);
  return {
    collection: model.collection,
    init: async () => {
      await model.createIndexes();
    },
    byId: async (id: string): Promise<Workflow | undefined> => {
      const doc = await model.findById(id).lean<WorkflowDocument>();
      return doc ? toWorkflow(doc) : undefined;
    },
    /** All versions, newest first, the present one included. */
    versions: async (id: string): Promise<WorkflowVersion[]> => {
      const doc = await model.findById(id).lean<WorkflowDocument>();
      return doc ? [versionOf(doc), ...[...doc.history].reverse()] : [];
    },
    insert: async (fields: Omit<Workflow, 'id'>): Promise<Workflow> => {
      const workflow: Workflow = { ...fields, id: newId('workflow') };
      const { id, ...rest } = workflow;
      await model.create({ _id: id, ...rest, history: [], outbox: [factOf(workflow)] });
      return workflow;
    },
    /** Puts a new version in the place of the current one; undefined when somebody was faster. */
    replace: async (current: Workflow, next: WorkflowVersion): Promise<Workflow | undefined> => {
      const workflow: Workflow = { ...current, ...next };
      const doc = await model.findOneAndUpdate(
        { _id: current.id, version: current.version },
        {
          $set: versionOf(next),
          $push: { outbox: factOf(workflow), history: { $each: [versionOf(current)], $slice: -keptVersions } },
        },
        { returnDocument: 'after', lean: true },
      );
      return doc ? workflow : undefined;
    },
    page: async (
      boxOfficeId: BoxOfficeId,
      status: WorkflowStatus | undefined,
      beyond: WorkflowPosition | undefined,
      direction: 'forward' | 'backward',
      limit: number,
    ): Promise<Workflow[]> => {
      const order = direction === 'forward' ? -1 : 1;
      const compare = direction === 'forward' ? '$lt' : '$gt';
      const position = beyond
        ? {
            $or: [
              { createdAt: { [compare]: new Date(beyond[0]) } },
              { createdAt: new Date(beyond[0]), _id: { [compare]: beyond[1] } },
            ],
          }
        : {};
      const docs = await model
        .find({ boxOfficeId, status: status ?? { $ne: 'DELETED' }, ...position }, { history: 0, outbox: 0 })
        .sort({ createdAt: order, _id: order })
        .limit(limit)
        .lean<WorkflowDocument[]>();
      return docs.map(toWorkflow);
    },
    count: (boxOfficeId: BoxOfficeId, status: WorkflowStatus | undefined) =>
      model.countDocuments({ boxOfficeId, status: status ?? { $ne: 'DELETED' } }),
  };
};

export type WorkflowStore = ReturnType<typeof createWorkflowStore>;
