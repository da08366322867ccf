import { isDuplicateKey, type PageRange } from '@boxlist/service-kit';
import { Schema, type Connection as MongoConnection } from 'mongoose';
import { specDefaults, type Workflow, type WorkflowVersion } from '../domain/workflow';

interface VersionDocument extends WorkflowVersion {
  workflowId: string;
}

const schema = new Schema<VersionDocument>(
  {
    workflowId: String,
    version: Number,
    status: String,
    spec: Schema.Types.Mixed,
    activeSince: Date,
    changedAt: Date,
    changedBy: String,
  },
  { collection: 'workflow_versions', versionKey: false, minimize: false },
);
schema.index({ workflowId: 1, version: 1 }, { unique: true });

/**
 * The fields of one state, and nothing else. One kept before a choice was offered stands as if nothing had been chosen.
 */
export const versionOf = ({
  version,
  status,
  spec,
  activeSince,
  changedAt,
  changedBy,
}: WorkflowVersion): WorkflowVersion => ({
  version,
  status,
  spec: { ...specDefaults, ...spec },
  activeSince,
  changedAt,
  changedBy,
});

/**
 * Earlier states of workflows, one document each, never changed. A state is kept before it is replaced: a crash in
 * between leaves the present state kept twice, which the reading below does not show, and can never leave a gap.
 */
export const createVersionStore = (mongo: MongoConnection) => {
  const model = mongo.model<VersionDocument>('WorkflowVersion', schema);
  return {
    init: async () => {
      await model.createIndexes();
    },
    /** Keeps a state. Safe to repeat. */
    keep: async (workflow: Workflow): Promise<void> => {
      try {
        await model.create({ workflowId: workflow.id, ...versionOf(workflow) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    /** A page of a workflow's states, the given present one included; forward is newest first. */
    page: async (present: Workflow, range: PageRange<number>): Promise<WorkflowVersion[]> => {
      const { direction, limit } = range;
      const below = Math.min(range.after ?? Infinity, present.version);
      const above = range.before ?? 0;
      const earlier = await model
        .find({ workflowId: present.id, version: { $lt: below, $gt: above } })
        .sort({ version: direction === 'forward' ? -1 : 1 })
        .limit(limit)
        .lean<VersionDocument[]>();
      const inRange = present.version < (range.after ?? Infinity) && present.version > above;
      const now = inRange ? [versionOf(present)] : [];
      const before = earlier.map(versionOf);
      return (direction === 'forward' ? [...now, ...before] : [...before, ...now]).slice(0, limit);
    },
  };
};

export type VersionStore = ReturnType<typeof createVersionStore>;
