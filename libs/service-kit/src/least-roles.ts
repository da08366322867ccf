import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity, type Role } from './identity';

/** Roles by `Type.field`. */
export type LeastRoles = Readonly<Record<string, Role>>;

/**
 * The least role for each mutation, and for each other field that not every role may read. All other fields are for
 * every role. A subgraph does not start with a mutation that is not listed.
 */
export const leastRoles: LeastRoles = {
  'BoxOffice.buyerErasure': 'owner',
  'Mutation.activateApp': 'owner',
  'Mutation.beginConnection': 'manager',
  'Mutation.cancelBackfill': 'manager',
  'Mutation.cancelRetry': 'manager',
  'Mutation.createContactList': 'manager',
  'Mutation.createTag': 'manager',
  'Mutation.createWorkflow': 'manager',
  'Mutation.deactivateApp': 'owner',
  'Mutation.deleteWorkflow': 'manager',
  'Mutation.discardDeadLetters': 'manager',
  'Mutation.disconnect': 'manager',
  'Mutation.duplicateWorkflow': 'manager',
  'Mutation.eraseBuyer': 'owner',
  'Mutation.exportBuyer': 'manager',
  'Mutation.pauseBackfill': 'manager',
  'Mutation.pauseWorkflow': 'manager',
  'Mutation.planBackfill': 'manager',
  'Mutation.previewWorkflow': 'manager',
  'Mutation.removeTicketTailorApiKey': 'manager',
  'Mutation.replayDeadLetters': 'manager',
  'Mutation.resumeBackfill': 'manager',
  'Mutation.resumeWorkflow': 'manager',
  'Mutation.retryDeliveries': 'manager',
  'Mutation.setTicketTailorApiKey': 'manager',
  'Mutation.startBackfill': 'manager',
  'Mutation.updateConnectionSettings': 'manager',
  'Mutation.updateWorkflow': 'manager',
};

type Resolve = (source: unknown, args: unknown, context: { readonly identity: Identity }, info: unknown) => unknown;

const guarded =
  (role: Role, resolve: Resolve): Resolve =>
  (source, args, context, info) => {
    requireRole(context.identity, role);
    return resolve(source, args, context, info);
  };

const guardField = (roles: LeastRoles, name: string, resolve: unknown): unknown => {
  const role = roles[name];
  if (role && typeof resolve === 'function') return guarded(role, resolve as Resolve);
  if (role || name.startsWith('Mutation.')) throw new AppError('DEFECT', `${name} lacks a role or a resolver`);
  return resolve;
};

/**
 * The resolvers, but those with an entry in `roles` throw FORBIDDEN for a weaker role. Throws DEFECT for a mutation
 * without an entry.
 */
export const withLeastRoles = (resolvers: object, roles: LeastRoles): object =>
  Object.fromEntries(
    Object.entries(resolvers).map(([type, fields]: [string, unknown]) => {
      if (typeof fields !== 'object' || fields === null || !(Object.getPrototypeOf(fields) === Object.prototype))
        return [type, fields];
      return [
        type,
        Object.fromEntries(
          Object.entries(fields).map(([field, resolve]: [string, unknown]) => [
            field,
            guardField(roles, `${type}.${field}`, resolve),
          ]),
        ),
      ];
    }),
  );
