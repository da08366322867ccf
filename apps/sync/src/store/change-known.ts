import type { OutboxEntry } from '@boxlist/event-bus';
import { pushingAudit } from '@boxlist/service-kit';

interface Versioned {
  readonly _id: string;
  readonly version: number;
}

interface Changeable {
  updateOne(filter: object, update: object): Promise<{ readonly matchedCount: number }>;
}

/**
 * Changes a document if its version is still the known one. Returns the changed document, or undefined when another
 * process has changed it in the meantime. `audit` is the audit entry of a change that a person made.
 */
export const changeKnown =
  <D extends Versioned>(collection: object) =>
  async (known: D, change: Partial<D>, audit?: OutboxEntry): Promise<D | undefined> => {
    const next = { ...known, ...change, version: known.version + 1 };
    const { matchedCount } = await (collection as Changeable).updateOne(
      { _id: known._id, version: known.version },
      { $set: { ...change, version: next.version }, ...(audit ? { $push: pushingAudit(audit) } : {}) },
    );
    return matchedCount === 1 ? next : undefined;
  };
