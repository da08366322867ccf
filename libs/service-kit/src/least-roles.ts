import { AppError, type LeastRoles, type Role } from '@boxlist/contracts';
import { requireRole, type Identity } from './identity';

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
