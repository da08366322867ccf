import { auditActions, auditObjectTypes, type AuditAction, type AuditObjectType } from '@boxlist/contracts';
import { inputScalars, ownBoxOffice, type CompleteResolvers } from '@boxlist/service-kit';
import type { AuditFilter, Resolvers, ResolversParentTypes } from './generated/resolver-types';
import type { EntryFilter } from './store/entries';
import { exportLog, logPage } from './use-cases/read-log';

const isKnownAction = (action: string): action is AuditAction => (auditActions as readonly string[]).includes(action);
const isKnownType = (type: string): type is AuditObjectType => (auditObjectTypes as readonly string[]).includes(type);

const toFilter = ({ actions, subject, objectType, objectId, from, to }: AuditFilter): EntryFilter => ({
  actions,
  subject,
  objectType,
  objectId,
  from,
  to,
});

export const resolvers: CompleteResolvers<Resolvers, ResolversParentTypes> = {
  DateTime: inputScalars.DateTime,
  Query: { boxOffice: (_, __, { identity }) => ({ id: identity.boxOfficeId }) },
  BoxOffice: {
    __resolveReference: ({ id }, { identity }) => ({ id: ownBoxOffice(identity, id) }),
    auditLog: (_, { filter, first, after }, { ctx, identity }) =>
      logPage(ctx, identity, toFilter(filter ?? {}), { first, after }),
    auditLogExport: (_, { filter, first, after }, { ctx, identity }) =>
      exportLog(ctx, identity, toFilter(filter ?? {}), { first, after }),
    auditLogDays: (_, __, { ctx }) => ctx.retentionDays,
  },
  AuditEntry: {
    action: ({ action }) => (isKnownAction(action) ? action : 'OTHER'),
    details: ({ details }) => Object.entries(details).map(([name, value]) => ({ name, value })),
  },
  AuditObject: { type: ({ type }) => (isKnownType(type) ? type : 'OTHER') },
};
