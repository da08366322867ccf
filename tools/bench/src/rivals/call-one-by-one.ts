import { randomBytes } from 'node:crypto';
import type { BenchWorld } from '../world';

/**
 * Does what connectors usually do: for each buyer and workflow a look-up, a write, and the tag. Returns the number of
 * calls.
 */
export const callOneByOne = async (
  world: BenchWorld,
  options: {
    readonly buyers: number;
    readonly known: number;
    readonly listId: string;
    readonly tagIds: readonly string[];
  },
): Promise<number> => {
  const token = await world.accessToken();
  const prefix = randomBytes(4).toString('hex');
  if (options.known > 0)
    await world.sandbox.seedMany('riverside', { count: options.known, email: `${prefix}.#@example.com` });
  let calls = 0;
  const api = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    calls += 1;
    const response = await fetch(`${world.sandboxUrl}/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  };
  for (let index = 0; index < options.buyers; index += 1) {
    const email = `${prefix}.${index}@example.com`;
    for (const workflow of [{ listId: options.listId }, ...options.tagIds.map((tagId) => ({ tagId }))]) {
      const found = (await api('GET', `/contacts?email=${encodeURIComponent(email)}&status=all`)).contacts as {
        contact_id: string;
      }[];
      let id = found[0]?.contact_id;
      if ('listId' in workflow) {
        const signedUp = await api('POST', '/contacts/sign_up_form', {
          email_address: email,
          list_memberships: [workflow.listId],
        });
        id = signedUp.contact_id as string;
      } else {
        if (!id) throw new Error('no contact');
        await api('PUT', `/contacts/${id}`, {
          update_source: 'Account',
          email_address: { address: email },
          first_name: 'Ada',
        });
        await api('POST', '/activities/contacts_taggings_add', {
          source: { contact_ids: [id] },
          tag_ids: [workflow.tagId],
        });
      }
    }
  }
  return calls;
};
