import type { Consumer, OutboxRelay } from '@boxlist/event-bus';
import type { Actor, Log } from '@boxlist/service-kit';
import type { SpecLimits } from './domain/workflow';
import type { FactStore } from './store/facts';
import type { VersionStore } from './store/versions';
import type { WorkflowStore } from './store/workflows';

/** The dependencies of use cases. */
export interface Context {
  readonly workflows: WorkflowStore;
  readonly versions: VersionStore;
  readonly facts: FactStore;
  /** The consumers of other services' facts. They must have caught up before a use case refuses something. */
  readonly followers: Readonly<Record<'entitlements' | 'connections', Pick<Consumer, 'caughtUp'>>>;
  readonly outbox: OutboxRelay;
  readonly limits: SpecLimits & { readonly workflows: number };
  readonly clock: () => Date;
  readonly log: Log;
}

/** The context of a resolver: the dependencies and the caller. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Actor;
}
