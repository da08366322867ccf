import { AppError } from '@boxlist/contracts';
import { isDeepStrictEqual } from 'node:util';
import { requireRole, type Actor } from '@boxlist/service-kit';
import type { Context } from '../context';
import { connectionAudit } from '../domain/audit';
import { chosenSettings, type Connection, type ConnectionSettings, type SettingsChange } from '../domain/connection';
import { settingsChosen } from '../report';
import { ownConnection } from './connect';

interface SettingsInput extends SettingsChange {
  readonly connectionId: string;
  /** The version that the caller read. Without it the change applies to the current version. */
  readonly version?: number | null;
}

/** The choices that differ, with their new values, for the audit log. */
const changedChoices = (before: ConnectionSettings, after: ConnectionSettings): string =>
  Object.entries(after)
    .filter(([name, value]) => before[name as keyof ConnectionSettings] !== value)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');

const conflict = () =>
  new AppError('VERSION_CONFLICT', 'Someone else changed this connection. Read it again, then retry.', {
    field: ['input', 'version'],
  });

/**
 * Changes how a connection's contacts are created. Choices that are absent stay, and a change to the current settings
 * has no effect. Throws FORBIDDEN, CONNECTION_NOT_FOUND, CONNECTION_REQUIRED if the connection has ended,
 * VERSION_CONFLICT if it changed since the caller read it, and the errors of `chosenSettings`.
 */
export const updateConnectionSettings = async (
  ctx: Context,
  actor: Actor,
  input: SettingsInput,
): Promise<Connection> => {
  requireRole(actor, 'manager');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const field = ['input', 'connectionId'];
    const connection = await ownConnection(ctx, actor, input.connectionId, field);
    if (connection.status === 'DISCONNECTED')
      throw new AppError('CONNECTION_REQUIRED', 'This connection has ended. Sign in to Constant Contact first.', {
        field,
      });
    if (input.version != null && input.version !== connection.version) throw conflict();
    const { settings } = connection;
    const chosen = chosenSettings(settings, input, { upgrades: ctx.offersUpgrades });
    if (isDeepStrictEqual(chosen, settings)) return connection;
    const details = { changed: changedChoices(settings, chosen) };
    const audit = connectionAudit(actor, 'CONNECTION_SETTINGS_CHANGED', connection, details, ctx.clock());
    const changed = await ctx.connections.choose(connection, chosen, audit);
    if (!changed) continue;
    await ctx.outbox.notify();
    settingsChosen(ctx, changed);
    return changed;
  }
  throw conflict();
};
