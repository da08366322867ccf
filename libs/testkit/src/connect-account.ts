import { signIn, type GraphClient } from './clients';

interface Refusals {
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

const accepted = <P extends Refusals>(payload: P): P => {
  if (payload.userErrors.length > 0)
    throw new Error(`refused: ${payload.userErrors.map(({ code, message }) => `${code} ${message}`).join('; ')}`);
  return payload;
};

/** The ticket that a sign-in ended with: in the address of the return page, or on Boxlist's own page. */
export const ticketOf = async (landed: Response): Promise<string> => {
  const ticket =
    new URL(landed.url).searchParams.get('ticket') ?? /id="ticket">([^<]+)</.exec(await landed.text())?.[1];
  if (!ticket) throw new Error(`The sign-in ended without a ticket (${landed.status})`);
  return ticket;
};

/**
 * Connects one of the sandbox's accounts as an organiser does: begins the sign-in, signs in, and completes it with the
 * ticket. Returns the connection's id. Throws if a step is refused.
 */
export const connectAccount = async (graph: GraphClient, account: string): Promise<string> => {
  const { beginConnection } = await graph.query<{ beginConnection: Refusals & { authorizationUrl: string } }>(
    `mutation { beginConnection(input: {}) { authorizationUrl userErrors { code message } } }`,
  );
  const landed = await signIn(accepted(beginConnection).authorizationUrl, { account });
  const { completeConnection } = await graph.query<{ completeConnection: Refusals & { connection: { id: string } } }>(
    `mutation ($ticket: String!) {
      completeConnection(input: { ticket: $ticket, confirm: true }) { connection { id } userErrors { code message } }
    }`,
    { ticket: await ticketOf(landed) },
  );
  return accepted(completeConnection).connection.id;
};
