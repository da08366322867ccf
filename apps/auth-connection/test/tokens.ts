import { createHash } from 'node:crypto';
import type { World } from './world';

interface Given {
  readonly status: number;
  readonly accessToken: string;
  readonly code?: string;
}

export const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

const tokenDoor = '/internal/access-token';

/** The authorization of sync for one question. */
export const authorizationFor = async ({ tokens }: World, question: unknown): Promise<string> => {
  const body = typeof question === 'string' ? question : JSON.stringify(question);
  return `Bearer ${await tokens.sign({ audience: 'auth-connection', path: tokenDoor, body })}`;
};

/** Asks for an access token with any body, and with any authorization or none. */
export const postForToken = async (base: string, body: unknown, authorization?: string, signal?: AbortSignal) =>
  fetch(`${base}${tokenDoor}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal,
  });

/** Asks for a connection's access token like sync, which may name one that Constant Contact has rejected. */
export const askToken = async (
  world: World,
  connectionId: string,
  rejected?: string,
  base = world.internalUrl,
): Promise<Given> => {
  const { boxOfficeId } = await world.stored(connectionId);
  const rejectedTokenHash = rejected === undefined ? undefined : hash(rejected);
  const question = { boxOfficeId, connectionId, rejectedTokenHash };
  const response = await postForToken(base, question, await authorizationFor(world, question));
  return { status: response.status, ...((await response.json()) as { accessToken: string }) };
};

/** Whether Constant Contact accepts a token. */
export const tokenWorks = async ({ sandbox }: World, token: string): Promise<boolean> =>
  (await fetch(`${sandbox.url}/v3/account/summary`, { headers: { authorization: `Bearer ${token}` } })).ok;
