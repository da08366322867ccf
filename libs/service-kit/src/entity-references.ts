import { AppError, isId, type IdKind } from '@boxlist/contracts';

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

/** Resolves to null unless the id has the form of an id of this kind. */
const checked =
  (kind: IdKind, resolve: Resolve): Resolve =>
  (reference, ...rest) =>
    typeof reference.id === 'string' && isId(kind, reference.id) ? resolve(reference, ...rest) : null;

/**
 * The resolvers, but each `__resolveReference` gets only ids that are strings of its type's form. A reference is of the
 * scalar `_Any`, so GraphQL does not check it, and an object as an id would reach the database as a condition. Throws
 * DEFECT for a type whose kind of id is not known here.
 */
export const withCheckedReferences = (resolvers: object): object =>
  Object.fromEntries(
    Object.entries(resolvers).map(([type, fields]: [string, unknown]) => {
      if (!isObject(fields) || typeof fields.__resolveReference !== 'function') return [type, fields];
      const kind = idKinds[type];
      if (!kind) throw new AppError('DEFECT', `The kind of id of ${type} is not known`);
      return [type, { ...fields, __resolveReference: checked(kind, fields.__resolveReference as Resolve) }];
    }),
  );
