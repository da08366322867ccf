import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import type { Connection, ConnectionSettings } from '../domain/connection';
import { ownConnection } from './connect';

interface SettingsInput {
  readonly connectionId: string;
  readonly version: number;
  readonly optInRoute?: ConnectionSettings['optInRoute'] | null;
  readonly whenQuotaIsScarce?: ConnectionSettings['whenQuotaIsScarce'] | null;
}

/** Chooses how a connection's contacts are created. Throws CONNECTION_NOT_FOUND, VERSION_CONFLICT when it has changed since it was seen, or FORBIDDEN. */
export const updateConnectionSettings = async (
  ctx: Context,
  identity: Identity,
  input: SettingsInput,
): Promise<Connection> => {
  requireRole(identity, 'manager');
  const connection = await ownConnection(ctx, identity, input.connectionId, ['input', 'connectionId']);
  const changed =
    input.version === connection.version
      ? await ctx.connections.choose(connection, {
          optInRoute: input.optInRoute ?? connection.settings.optInRoute,
          whenQuotaIsScarce: input.whenQuotaIsScarce ?? connection.settings.whenQuotaIsScarce,
        })
      : undefined;
  if (!changed)
    throw new AppError('VERSION_CONFLICT', 'The connection was changed by somebody else. Read it again.', {
      field: ['input', 'version'],
    });
  await ctx.outbox.nudge();
  return changed;
};
