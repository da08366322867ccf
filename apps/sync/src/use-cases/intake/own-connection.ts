import { AppError, type ConnectionFact, type WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';

/** Which box office each connection of these workflows belongs to, as far as it is known. */
export const ownersOf = async (
  ctx: Context,
  workflows: readonly Pick<WorkflowFact, 'connectionId'>[],
): Promise<(connectionId: string) => string | undefined> => {
  const ids = new Set(workflows.map(({ connectionId }) => connectionId));
  const owners = new Map(
    (await ctx.connections.byIds([...ids])).map(({ connectionId, boxOfficeId }) => [connectionId, boxOfficeId]),
  );
  return (connectionId) => owners.get(connectionId);
};

/**
 * The connection of a workflow, if its fact has arrived. Throws CONNECTION_REQUIRED if it belongs to another box
 * office, so that nothing of that account shows.
 */
export const connectionOf = async (
  ctx: Context,
  { boxOfficeId, connectionId }: WorkflowFact,
): Promise<ConnectionFact | undefined> => {
  const connection = await ctx.connections.byId(connectionId);
  if (connection && connection.boxOfficeId !== boxOfficeId)
    throw new AppError('CONNECTION_REQUIRED', 'Choose your own connection in this workflow first', {
      field: ['input', 'workflowId'],
    });
  return connection;
};
