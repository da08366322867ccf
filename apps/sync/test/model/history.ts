import type { Mishap } from './stage';

/** Two box offices, each with a connection to its own account; the same few people buy at both. */
export type Office = 0 | 1;
export const offices: readonly Office[] = [0, 1];
export const people = ['rosa.lund@example.com', 'ivo.brandt@example.com', 'mia.soto@example.com'] as const;

export interface OrderCommand {
  readonly do: 'order';
  readonly office: Office;
  readonly order: number;
  /** The event's time at the source, in minutes around the history's beginning. */
  readonly at: number;
  /** The event reports a change of the order, not its creation. */
  readonly updates: boolean;
  /** Null: the event names no buyer. */
  readonly person: number | null;
  readonly optIn: 'true' | 'false' | null;
  readonly status: 'completed' | 'pending' | 'cancelled';
  readonly event: number | null;
  readonly names: boolean;
  readonly phone: boolean;
}

export interface WorkflowCommand {
  readonly do: 'workflow';
  readonly office: Office;
  readonly workflow: number;
  readonly status: 'ACTIVE' | 'PAUSED' | 'DELETED';
  readonly lists: readonly number[];
  readonly perEvent: boolean;
  readonly tags: readonly number[];
  readonly eventTag: boolean;
  readonly onlyEvent: number | null;
  readonly createsContacts: boolean;
  readonly whenNotOptedIn: 'SKIP' | 'UPDATE_EXISTING' | 'ADD_WITHOUT_LIST';
  readonly whenUnsubscribed: 'SKIP' | 'SEND_RESUBSCRIBE_EMAIL';
  readonly onCancelledOrder: 'KEEP' | 'REMOVE_TAGS' | 'REMOVE_FROM_LISTS' | 'REMOVE_TAGS_AND_LISTS';
  readonly whenPaused: 'SKIP' | 'WAIT';
}

/** Something that happens outside, through the graph, or to a process. */
export type Happening =
  | OrderCommand
  | WorkflowCommand
  /** An earlier message comes once more. */
  | { readonly do: 'again'; readonly which: number }
  | { readonly do: 'bad-event'; readonly office: Office; readonly person: number }
  | {
      readonly do: 'contact';
      readonly office: Office;
      readonly person: number;
      readonly act: 'unsubscribe' | 'hold' | 'delete' | 'confirm';
    }
  | {
      readonly do: 'seed';
      readonly office: Office;
      readonly person: number;
      readonly permission: 'explicit' | 'implicit' | 'not_set' | 'temp_hold' | 'unsubscribed';
    }
  | { readonly do: 'connection'; readonly office: Office; readonly to: 'broken' | 'connected' | 'disconnected' }
  | { readonly do: 'entitlement'; readonly office: Office; readonly entitled: boolean }
  | { readonly do: 'retry'; readonly office: Office; readonly by: number; readonly person: number | null }
  | { readonly do: 'cancel-retry'; readonly office: Office; readonly by: number }
  | {
      readonly do: 'backfill';
      readonly office: Office;
      readonly by: number;
      readonly workflow: number;
      readonly mode: 'IMPORT' | 'ONE_BY_ONE' | 'UPDATE_EXISTING';
    }
  | {
      readonly do: 'change-backfill';
      readonly office: Office;
      readonly by: number;
      readonly change: 'pause' | 'resume' | 'cancel';
    }
  | {
      readonly do: 'erase';
      readonly office: Office;
      readonly by: number;
      readonly person: number;
      readonly deleteContact: boolean;
    }
  | { readonly do: 'letters'; readonly office: Office; readonly by: number; readonly what: 'replay' | 'discard' }
  /** Reads the data of a page, and asks for data of the other box office. */
  | { readonly do: 'look'; readonly office: Office; readonly by: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** Everything settles, and then more time passes than history is kept. */
  | { readonly do: 'grow-old' }
  | { readonly do: 'freeze'; readonly process: number; readonly ms: number }
  | { readonly do: 'kill'; readonly process: number }
  | { readonly do: 'rebalance' }
  /** Everything settles and is checked. */
  | { readonly do: 'settle' };

/** A happening, and the number of turns that the processes get before it. */
export type Command = Happening & { readonly after: number };

/** A fault of one call to Constant Contact, by the call's number. */
export interface CallFault {
  readonly call: number;
  readonly kind:
    | 'lost-before'
    | 'lost-after'
    | 'unavailable'
    | 'throttled'
    | 'quota'
    | 'unauthorized'
    | 'activity-fails'
    /** Refuses the first call from this number on that several people share, permanently. */
    | 'refused';
}

export interface History {
  /** The seed that draws the turns; 0 draws nothing. */
  readonly seed: number;
  readonly commands: readonly Command[];
  readonly mishaps: readonly Mishap[];
  readonly faults: readonly CallFault[];
  readonly callsPerDay: number;
  readonly optInRoute: readonly ['DIRECT' | 'CONFIRM', 'DIRECT' | 'CONFIRM'];
  readonly whenQuotaIsScarce: 'WAIT' | 'IMPORT';
  /** Imported contacts are upgraded later, and the sign-up form leaves opt-outs alone. */
  readonly upgradesImported: boolean;
}
