import type { Actor, Log } from '@boxlist/service-kit';
import type { EntryStore } from './store/entries';

/** The dependencies of use cases. */
export interface Context {
  readonly entries: EntryStore;
  /** How many days an entry is kept. */
  readonly retentionDays: number;
  readonly clock: () => Date;
  readonly log: Log;
}

/** The context of a resolver: the dependencies and the caller. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Actor;
}
