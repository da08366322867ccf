import { isDuplicateKey, type PageRange } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import { specDefaults, type Workflow, type WorkflowVersion } from '../domain/workflow';

interface VersionDocument extends WorkflowVersion {
  workflowId: string;
}

/** Only the fields of one state. A state from before a choice existed gets the default of that choice. */
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
 * Earlier states of workflows, one document each. They never change. A state is stored before it is replaced, so a
 * crash can never leave a gap. After a crash in between, the current state is also stored here, and `page` does not
 * show it twice.
 */
export const createVersionStore = (mongo: Connection) => {
  const versions = mongo.collection<VersionDocument>('workflow_versions');
  return {
    init: async (): Promise<void> => {
      await versions.createIndex({ workflowId: 1, version: 1 }, { unique: true });
    },
    /** Stores a state. Safe to repeat. */
    keep: async (workflow: Workflow): Promise<void> => {
      try {
        await versions.insertOne({ workflowId: workflow.id, ...versionOf(workflow) });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    /** A page of a workflow's states, including the given current state. Forward means newest first. */
    page: async (present: Workflow, range: PageRange<number>): Promise<WorkflowVersion[]> => {
      const { direction, limit } = range;
      const below = Math.min(range.after ?? Infinity, present.version);
      const above = range.before ?? 0;
      const earlier = await versions
        .find({ workflowId: present.id, version: { $lt: below, $gt: above } })
        .sort({ version: direction === 'forward' ? -1 : 1 })
        .limit(limit)
        .toArray();
      const inRange = present.version < (range.after ?? Infinity) && present.version > above;
      const now = inRange ? [versionOf(present)] : [];
      const before = earlier.map(versionOf);
      return (direction === 'forward' ? [...now, ...before] : [...before, ...now]).slice(0, limit);
    },
  };
};

export type VersionStore = ReturnType<typeof createVersionStore>;
