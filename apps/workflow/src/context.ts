import type { Consumer, OutboxRelay } from '@boxlist/event-bus';
import type { Identity, Log } from '@boxlist/service-kit';
import type { FactStore } from './store/facts';
import type { VersionStore } from './store/versions';
import type { WorkflowStore } from './store/workflows';

/** What use cases may touch. */
export interface Context {
  readonly workflows: WorkflowStore;
  readonly versions: VersionStore;
  readonly facts: FactStore;
  /** The followers of other services' facts: to be caught up before a "no". */
  readonly followers: Readonly<Record<'entitlements' | 'connections', Pick<Consumer, 'caughtUp'>>>;
  readonly outbox: OutboxRelay;
  readonly clock: () => Date;
  readonly log: Log;
}

/** What a resolver gets: the same, and who is calling. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Identity;
}
