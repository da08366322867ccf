import { expect } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { createHmac } from 'node:crypto';
import type { createOffice, World } from './world';

type Office = Awaited<ReturnType<typeof createOffice>>;
type Role = Parameters<World['ask']>[3];

interface Erasure {
  readonly status: string;
  readonly contacts: { readonly connection: { readonly id: string }; readonly state: string }[];
  readonly remains: string[];
}
const fields = 'status contacts { connection { id } state } remains';

interface Exported {
  readonly complete: boolean;
  readonly orders: Record<string, unknown>[];
  readonly deliveries: Record<string, unknown>[];
  readonly contacts: Record<string, unknown>[];
  readonly deadLetters: Record<string, unknown>[];
  readonly erasure: object | null;
}

/** Erasure and export through the graph of a world, and the traces of a person in its database. */
export const erasuresIn = (world: World) => {
  const erase = async (office: Office, email: string, deleteContact = false, role: Role = 'owner') => {
    const { data, errors } = await world.ask<{
      eraseBuyer: { erasure: Erasure | null; userErrors: { code: string; field: string[] }[] };
    }>(
      office.boxOfficeId,
      `mutation ($input: EraseBuyerInput!) {
        eraseBuyer(input: $input) { erasure { ${fields} } userErrors { code field } }
      }`,
      { input: { email, deleteContact } },
      role,
    );
    return { ...data?.eraseBuyer, errors };
  };
  const erasure = async (office: Office, email: string): Promise<Erasure | null> => {
    const { data } = await world.ask<{ boxOffice: { buyerErasure: Erasure | null } }>(
      office.boxOfficeId,
      `query ($email: String!) { boxOffice { buyerErasure(email: $email) { ${fields} } } }`,
      { email },
      'owner',
    );
    return data!.boxOffice.buyerErasure;
  };
  /**
   * Waits until the erasure is done. Moves the clock past the time in which calls may be under way, and past the claim
   * of a process that died.
   */
  const done = (office: Office, email: string): Promise<Erasure> =>
    eventually(
      async () => {
        world.moment.aheadMs += 2 * 60_000;
        const seen = await erasure(office, email);
        expect(seen?.status).toBe('DONE');
        return seen!;
      },
      { everyMs: 200 },
    );

  const hashOf = ({ boxOfficeId }: Office, email: string): string =>
    createHmac('sha256', world.config.EMAIL_HASH_KEY).update(`${boxOfficeId}\n${email}`).digest('base64url');

  const exportOf = async (office: Office, email: string, role: Role = 'manager') => {
    const { data, errors } = await world.ask<{ exportBuyer: { export: Exported | null; userErrors: object[] } }>(
      office.boxOfficeId,
      'mutation ($input: ExportBuyerInput!) { exportBuyer(input: $input) { export userErrors { code field } } }',
      { input: { email } },
      role,
    );
    return { ...data?.exportBuyer, errors };
  };
  /**
   * The collections that hold an address, or the hash by which a person is found. The key of the erasure document,
   * which keeps the person out, does not count.
   */
  const tracesOf = async (office: Office, ...emails: string[]): Promise<string[]> => {
    const words = emails.flatMap((email) => [email, hashOf(office, email)]);
    const found = new Set<string>();
    for (const { name } of await world.mongo.listCollections())
      for (const { _id, ...rest } of await world.mongo.collection(name).find().toArray()) {
        const { original } = rest as { original?: { value: { buffer: Uint8Array } } | null };
        const text = [
          name === 'erasures' ? '' : String(_id),
          JSON.stringify(rest),
          Buffer.from(original?.value.buffer ?? []).toString(),
        ].join(' ');
        if (words.some((word) => text.includes(word))) found.add(name);
      }
    return [...found];
  };

  const statsOf = async (office: Office, id: string) => {
    const { data } = await world.ask<{ _entities: { stats: Record<string, number> }[] }>(
      office.boxOfficeId,
      `query ($of: [_Any!]!) { _entities(representations: $of) {
        ... on Workflow { stats { total synced skipped failed pending } } } }`,
      { of: [{ __typename: 'Workflow', id }] },
    );
    return data?._entities[0]?.stats;
  };

  /**
   * Expects that nothing of a person is left. It polls, because these tests' clock runs ahead: a write that was under
   * way at the request undoes itself only after it has really ended.
   */
  const expectErased = async (office: Office, who: string): Promise<void> => {
    await eventually(async () => {
      expect(await tracesOf(office, office.emailOf(who))).toEqual([]);
    });
    const about = (await office.deliveries()).filter(({ order }) => order.id.endsWith(`_${who}`));
    expect(about.map(({ contactId }) => contactId)).toEqual(about.map(() => null));
  };

  const marker = async (office: Office, count: number): Promise<void> => {
    await world.produce([office.order(`marker${count}`, { marketing_opt_in: 'true' })]);
    await office.settled(count);
  };

  return { erase, erasure, done, hashOf, exportOf, tracesOf, statsOf, expectErased, marker };
};
