import { isId, type IdKind } from '@boxlist/contracts';

/** The kind of id of each type that a subgraph resolves by reference. */
const idKinds: Readonly<Record<string, IdKind>> = {
  BoxOffice: 'boxOffice',
  AppSubscription: 'subscription',
  Connection: 'connection',
  Workflow: 'workflow',
  Delivery: 'delivery',
  Backfill: 'backfill',
  Retry: 'retry',
  Notice: 'notice',
};

type Resolve = (reference: { readonly id?: unknown }, ...rest: readonly unknown[]) => unknown;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Resolves to null unless the id is a string, with the form of an id of this kind if the kind is known. */
const checked =
  (kind: IdKind | undefined, resolve: Resolve): Resolve =>
  (reference, ...rest) =>
    typeof reference.id === 'string' && (!kind || isId(kind, reference.id)) ? resolve(reference, ...rest) : null;

/**
 * The resolvers, but each `__resolveReference` gets only ids that are strings of its type's form. A reference is of the
 * scalar `_Any`, so GraphQL does not check it, and an object as an id would reach the database as a condition.
 */
export const withCheckedReferences = (resolvers: object): object =>
  Object.fromEntries(
    Object.entries(resolvers).map(([type, fields]: [string, unknown]) => {
      if (!isObject(fields) || typeof fields.__resolveReference !== 'function') return [type, fields];
      return [type, { ...fields, __resolveReference: checked(idKinds[type], fields.__resolveReference as Resolve) }];
    }),
  );
