import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startedSandbox } from './sandbox';

let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
let lists: string[];
beforeAll(async () => {
  sandbox = await startedSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.signIn();
  lists = await sandbox.ids('contact_lists');
});

describe('a contact', () => {
  it('is created once: a conflict in any case of letters, and after its deletion', async () => {
    const create = (address: string) =>
      sandbox.api('POST', '/contacts', { create_source: 'Contact', email_address: { address } });
    expect((await create('New@example.com')).status).toBe(201);
    expect(await create('new@EXAMPLE.com')).toMatchObject({
      status: 409,
      body: [{ error_key: 'contacts.api.conflict' }],
    });
    await sandbox.api('DELETE', `/contacts/${(await sandbox.contact('new@example.com'))!.contact_id}`);
    expect((await create('new@example.com')).status).toBe(409);
  });

  it('loses the core properties that a PUT leaves out, and keeps its lists, tags and phones', async () => {
    const taggings = await sandbox.ids('contact_tags');
    await sandbox.api('POST', '/contacts', {
      create_source: 'Account',
      email_address: { address: 'p@example.com', permission_to_send: 'not_set' },
      first_name: 'Ada',
      list_memberships: lists,
      taggings,
      phone_numbers: [{ phone_number: '1', kind: 'home' }],
    });
    const { contact_id: id } = (await sandbox.contact('p@example.com'))!;
    await sandbox.api('PUT', `/contacts/${id}`, { update_source: 'Account', job_title: 'Baker' });
    const after = await sandbox.contact('p@example.com');
    expect(after).toMatchObject({
      job_title: 'Baker',
      list_memberships: lists,
      taggings,
      phone_numbers: [{ phone_number: '1' }],
      email_address: { permission_to_send: 'not_set' },
    });
    expect(after?.first_name).toBeUndefined();
  });

  it('that was deleted is restored by a PUT of the account', async () => {
    await sandbox.seed({ email: 'd@example.com', deleted: true });
    const { contact_id: id } = (await sandbox.contact('d@example.com'))!;
    await sandbox.api('PUT', `/contacts/${id}`, { update_source: 'Contact' });
    expect(await sandbox.contact('d@example.com')).toHaveProperty('deleted_at');
    await sandbox.api('PUT', `/contacts/${id}`, { update_source: 'Account' });
    expect(await sandbox.contact('d@example.com')).not.toHaveProperty('deleted_at');
  });

  it('that signs up again keeps values that are not sent; lists and fields are added', async () => {
    const [field] = await sandbox.ids('contact_custom_fields');
    const { custom_field_id: other } = (
      await sandbox.api('POST', '/contact_custom_fields', { label: 'Row', type: 'string' })
    ).body as { custom_field_id: string };
    const signUp = (more: object) =>
      sandbox.api('POST', '/contacts/sign_up_form', { email_address: 's@example.com', ...more });
    await signUp({
      list_memberships: [lists[0]],
      first_name: 'Ada',
      custom_fields: [{ custom_field_id: field, value: 'A' }],
      street_address: { kind: 'home', street: '1 High Street', city: 'York' },
    });
    await signUp({
      list_memberships: [lists[1]],
      last_name: 'Lund',
      custom_fields: [{ custom_field_id: other, value: 'B' }],
      street_address: { kind: 'home', street: '2 High Street' },
    });
    expect(await sandbox.contact('s@example.com')).toMatchObject({
      first_name: 'Ada',
      last_name: 'Lund',
      list_memberships: lists,
      custom_fields: [
        { custom_field_id: field, value: 'A' },
        { custom_field_id: other, value: 'B' },
      ],
      street_addresses: [{ street: '2 High Street', city: 'York' }],
    });
  });

  it('in a refused call stays unchanged', async () => {
    await sandbox.seed({ email: 'r@example.com', permission_to_send: 'not_set', first_name: 'Ada' });
    const refused = await sandbox.api('POST', '/contacts/sign_up_form', {
      email_address: 'r@example.com',
      list_memberships: [crypto.randomUUID()],
      first_name: 'Eve',
    });
    expect(refused.status).toBe(400);
    expect(await sandbox.contact('r@example.com')).toMatchObject({
      first_name: 'Ada',
      email_address: { permission_to_send: 'not_set' },
    });
  });
});
