import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSwitches } from '../src/switches';
import { startedSandbox } from './sandbox';

// Checks each behaviour that no source settles, both ways.
let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
let list: string;
beforeAll(async () => {
  sandbox = await startedSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/switches', { ...defaultSwitches(), activityMs: 0 });
  await sandbox.signIn();
  [list] = (await sandbox.ids('contact_lists')) as [string];
});

const set = (switches: object) => sandbox.control('PUT', '/switches', switches);
const signUp = (email: string, more: object = {}) =>
  sandbox.api('POST', '/contacts/sign_up_form', { email_address: email, list_memberships: [list], ...more });
const permissionOf = async (email: string) => (await sandbox.contact(email))?.email_address.permission_to_send;
const importOf = async (row: object) => {
  const { activity_id: id } = (
    await sandbox.api('POST', '/activities/contacts_json_import', { import_data: [row], list_ids: [list] })
  ).body as { activity_id: string };
  return (await sandbox.api('GET', `/activities/${id}`)).body as {
    activity_errors: unknown[];
    status: Record<string, number>;
  };
};

describe('the sign-in', () => {
  const verifier = 'v'.repeat(43);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const withPkce = { code_challenge: challenge, code_challenge_method: 'S256' };

  it.each(['accepted', 'refused'])('with PKCE besides the secret is %s', async (pkceWithSecret) => {
    await set({ pkceWithSecret });
    const { code, error } = await sandbox.authorize({ more: withPkce });
    expect(error).toBe(pkceWithSecret === 'refused' ? 'invalid_request' : null);
    if (pkceWithSecret === 'accepted') {
      expect((await sandbox.grant(code, { code_verifier: verifier })).status).toBe(200);
      const second = await sandbox.authorize({ more: withPkce });
      expect((await sandbox.grant(second.code, { code_verifier: 'w'.repeat(43) })).body.error).toBe('invalid_grant');
    }
    expect((await sandbox.authorize()).code).not.toBe('');
  });

  it.each([true, false])('that is declined redirects back: %j', async (deniedRedirects) => {
    await set({ deniedRedirects });
    expect(await sandbox.authorize({ decision: 'deny' })).toMatchObject(
      deniedRedirects ? { redirected: true, error: 'access_denied', state: 's1' } : { redirected: false },
    );
  });

  it.each([400, 401])('answers %i for invalid_grant, and as set for invalid_client', async (status) => {
    await set({ invalidGrantStatus: status, invalidClientStatus: status });
    expect(await sandbox.grant('nonsense')).toMatchObject({ status, body: { error: 'invalid_grant' } });
    expect(await sandbox.tokenCall({ grant_type: 'refresh_token' }, 'wrong')).toMatchObject({
      status,
      body: { error: 'invalid_client', error_description: expect.any(String) },
    });
  });

  it.each(['rotating', 'long-lived'])('issues refresh tokens that are %s', async (refreshTokens) => {
    await set({ refreshTokens });
    const first = (await sandbox.grant((await sandbox.authorize()).code)).body.refresh_token as string;
    const refresh = () => sandbox.tokenCall({ grant_type: 'refresh_token', refresh_token: first });
    const second = (await refresh()).body.refresh_token;
    if (refreshTokens === 'rotating') expect(second).not.toBe(first);
    else expect(second).toBe(first);
    expect((await refresh()).status).toBe(refreshTokens === 'rotating' ? 400 : 200);
  });

  it("issues an id token too, and an access token of the vendor's length that lives as long as set", async () => {
    await set({ accessTokenSeconds: 60 });
    const { body } = await sandbox.grant((await sandbox.authorize()).code);
    expect(body).toMatchObject({ id_token: expect.stringMatching(/^ey/), token_type: 'Bearer', expires_in: 60 });
    expect(Math.abs(String(body.access_token).length - 1_200)).toBeLessThan(100);
    sandbox.useToken(String(body.access_token));
    expect((await sandbox.api('GET', '/contacts')).status).toBe(200);
    await sandbox.control('POST', '/clock/advance', { ms: 61_000 });
    expect((await sandbox.api('GET', '/contacts')).status).toBe(401);
  });

  it('can belong to a deactivated application', async () => {
    await set({ applicationDeactivated: true });
    expect((await sandbox.api('GET', '/account/user/privileges')).status).toBe(403);
  });
});

describe('an error', () => {
  it.each(['array', 'object'])('for 429 and 403 can have the shape of an %s', async (shape) => {
    await set({ error429Shape: shape, error403Shape: shape });
    await sandbox.control('POST', '/faults', { kind: 'throttled', path: '/v3/contacts' });
    const tooMany = await sandbox.api('GET', '/contacts');
    const forbidden = await sandbox.api('GET', '/contacts', undefined, await sandbox.tokenFor('account_read'));
    expect([tooMany.status, forbidden.status]).toEqual([429, 403]);
    for (const { body } of [tooMany, forbidden]) expect(Array.isArray(body)).toBe(shape === 'array');
  });

  it('is sent for an unknown property, or is not', async () => {
    const body = { create_source: 'Contact', shiny: 1, email_address: { address: 'u@example.com', odd: true } };
    expect((await sandbox.api('POST', '/contacts', body)).status).toBe(400);
    await set({ unknownProperties: 'ignored' });
    expect((await sandbox.api('POST', '/contacts', body)).status).toBe(201);
    expect((await sandbox.api('POST', '/contacts', { ...body, first_name: 'x'.repeat(51) })).status).toBe(400);
    expect((await importOf({ email: 'i@example.com', shiny: 1 })).status.person_count).toBe(1);
  });
});

describe('the sign-up form', () => {
  it.each([
    ['unsubscribed', { signUpFormResubscribes: true }, 'explicit'],
    ['unsubscribed', { signUpFormResubscribes: false }, 'unsubscribed'],
    ['pending_confirmation', { signUpFormOnPending: 'explicit' }, 'explicit'],
    ['pending_confirmation', { signUpFormOnPending: 'unchanged' }, 'pending_confirmation'],
    ['temp_hold', { signUpFormOnHold: 'explicit' }, 'explicit'],
    ['temp_hold', { signUpFormOnHold: 'unchanged' }, 'temp_hold'],
    ['not_set', {}, 'explicit'],
    ['implicit', {}, 'explicit'],
  ])('changes %s with %j to %s', async (permission_to_send, switches, after) => {
    await sandbox.seed({ email: 's@example.com', permission_to_send });
    await set(switches);
    expect((await signUp('s@example.com')).status).toBe(200);
    expect(await permissionOf('s@example.com')).toBe(after);
  });

  it('asks new contacts to confirm if the account demands that, and never known ones', async () => {
    await sandbox.control('PUT', '/accounts/riverside', { confirmedOptIn: true });
    await sandbox.seed({ email: 'known@example.com', permission_to_send: 'not_set' });
    await signUp('new@example.com');
    await signUp('known@example.com');
    expect(await permissionOf('new@example.com')).toBe('pending_confirmation');
    expect(await permissionOf('known@example.com')).toBe('explicit');
    await sandbox.control('POST', '/accounts/riverside/contacts/new@example.com/confirm');
    expect(await sandbox.contact('new@example.com')).toMatchObject({
      email_address: { permission_to_send: 'explicit', confirm_status: 'confirmed' },
    });
  });

  it('restores a deleted contact', async () => {
    await sandbox.seed({ email: 'd@example.com', deleted: true });
    expect((await signUp('d@example.com')).status).toBe(200);
    expect(await sandbox.contact('d@example.com')).not.toHaveProperty('deleted_at');
  });

  it('is a conflict for a contact that another call is changing', async () => {
    await set({ signUpFormBusyMs: 5_000 });
    await sandbox.control('PUT', '/clock', { now: new Date().toISOString() });
    expect((await signUp('b@example.com')).status).toBe(201);
    expect((await signUp('B@example.com')).status).toBe(409);
    expect((await signUp('other@example.com')).status).toBe(201);
    await sandbox.control('POST', '/clock/advance', { ms: 5_000 });
    expect((await signUp('b@example.com')).status).toBe(200);
  });
});

describe('a contact', () => {
  it('that was deleted has an opt-out date, or not; its deletion has a date, or a time', async () => {
    const deleted = async (email: string) => {
      await sandbox.seed({ email });
      await sandbox.api('DELETE', `/contacts/${(await sandbox.contact(email))!.contact_id}`);
      return (await sandbox.contact(email))!;
    };
    const plain = await deleted('a@example.com');
    expect(plain.email_address.opt_out_date).toBeUndefined();
    expect(plain.deleted_at).toMatch(/^\d{4}-\d\d-\d\d$/);
    await set({ deletedCarryOptOut: true, deletedAt: 'date-time' });
    const marked = await deleted('b@example.com');
    expect(marked.email_address.opt_out_date).toEqual(expect.any(String));
    expect(marked.deleted_at).toMatch(/T/);
  });

  it.each([true, false])('that is unsubscribed is subscribed again by a PUT without permission: %j', async (does) => {
    await set({ putResubscribesWithoutPermission: does });
    await sandbox.seed({ email: 'p@example.com', permission_to_send: 'unsubscribed' });
    const { contact_id: id } = (await sandbox.contact('p@example.com'))!;
    await sandbox.api('PUT', `/contacts/${id}`, { update_source: 'Account' });
    expect(await permissionOf('p@example.com')).toBe(does ? 'implicit' : 'unsubscribed');
  });

  it('gets one resubscribe mail in its life, and its lists on confirmation', async () => {
    await sandbox.seed({ email: 'r@example.com', permission_to_send: 'unsubscribed' });
    const { contact_id: id } = (await sandbox.contact('r@example.com'))!;
    const send = () => sandbox.api('PUT', `/contacts/resubscribe/${id}`, { list_ids: [list] });
    expect((await send()).status).toBe(200);
    expect(await permissionOf('r@example.com')).toBe('unsubscribed');
    expect((await send()).status).toBe(409);
    await sandbox.control('POST', '/accounts/riverside/contacts/r@example.com/confirm');
    expect(await sandbox.contact('r@example.com')).toMatchObject({
      email_address: { permission_to_send: 'explicit' },
      list_memberships: [list],
    });
    await sandbox.control('POST', '/accounts/riverside/contacts/r@example.com/unsubscribe');
    expect((await send()).status).toBe(409);
  });
});

describe('an import', () => {
  const phoned = { email: 'p@example.com', first_name: 'P', phone: '+44 20 7946 0000' };

  it('drops an international phone, refuses its row, or keeps it', async () => {
    expect((await importOf(phoned)).activity_errors).toEqual([]);
    expect(await sandbox.contact('p@example.com')).toMatchObject({ first_name: 'P', phone_numbers: [] });
    await set({ importForeignPhones: 'refused' });
    expect(await importOf({ ...phoned, email: 'q@example.com' })).toMatchObject({ status: { error_count: 1 } });
    expect(await sandbox.contact('q@example.com')).toBeUndefined();
    expect((await importOf({ ...phoned, phone: '+1 781 555 0100' })).status.error_count).toBe(0);
    await set({ importForeignPhones: 'stored' });
    await importOf({ ...phoned, email: 'r@example.com' });
    expect((await sandbox.contact('r@example.com'))?.phone_numbers).toMatchObject([{ phone_number: phoned.phone }]);
  });

  it.each([
    ['781 555 0100', true],
    ['(781) 555-0100', true],
    ['781.555.0100', true],
    ['1-781-555-0100', true],
    ['+1 (416) 555-0100', true],
    ['020 7946 0000', false],
    ['(+44) 20 7946 0000', false],
    ['011 44 20 7946 0000', false],
    ['tel:+17815550100', false],
    ['７８１５５５０１００', false],
    ['\uff0b44 20 7946 0000', false],
    ['781 555 0100 x5', false],
    ['081 555 0100', false],
    ['555 0100', false],
    ['ask', false],
  ])('accepts the phone %s: %j', async (phone, isTaken) => {
    await importOf({ ...phoned, email: 's@example.com', phone });
    const phones = (await sandbox.contact('s@example.com'))?.phone_numbers.map(({ phone_number }) => phone_number);
    expect(phones).toEqual(isTaken ? [phone] : []);
  });

  it('refuses a value that is too long at once, or its row later', async () => {
    const long = { email: 'l@example.com', first_name: 'x'.repeat(51) };
    const refused = await sandbox.api('POST', '/activities/contacts_json_import', {
      import_data: [long],
      list_ids: [list],
    });
    expect(refused.status).toBe(400);
    await set({ jsonImportOverLength: 'row-error' });
    expect((await importOf(long)).status.error_count).toBe(1);
  });

  it.each([true, false])('restores a deleted contact: %j', async (importRestoresDeleted) => {
    await set({ importRestoresDeleted });
    await sandbox.seed({ email: 'd@example.com', deleted: true });
    await importOf({ email: 'd@example.com' });
    expect((await sandbox.contact('d@example.com'))?.deleted_at === undefined).toBe(importRestoresDeleted);
  });

  it.each(['blank', 'kept'])('with empty values leaves present ones %s', async (importEmptyValues) => {
    await set({ importEmptyValues });
    const given = { email: 'e@example.com', first_name: 'Ada', phone: '7815550100', city: 'York' };
    await importOf(given);
    await importOf({ email: 'e@example.com', first_name: '', phone: '', city: '' });
    const contact = await sandbox.contact('e@example.com');
    const shown = [contact?.first_name, contact?.phone_numbers[0]?.phone_number, contact?.street_addresses[0]?.city];
    expect(shown).toEqual(
      importEmptyValues === 'kept' ? ['Ada', '7815550100', 'York'] : [undefined, undefined, undefined],
    );
  });

  it('reports errors as texts, or as objects', async () => {
    expect((await importOf({ email: 'nobody' })).activity_errors).toEqual([expect.any(String)]);
    await set({ activityErrors: 'objects' });
    expect((await importOf({ email: 'nobody' })).activity_errors).toEqual([{ message: expect.any(String) }]);
  });
});

describe('the switches', () => {
  it('are all in the README', () => {
    const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
    for (const [name, value] of Object.entries(defaultSwitches())) {
      const [, documented] = new RegExp(`^- \`${name}\`: \\*\\*\`(.*?)\`\\*\\*`, 'm').exec(readme) ?? [];
      expect([name, documented]).toEqual([name, String(value)]);
    }
  });

  it('have no other names or values', async () => {
    expect(await set({ refreshToken: 'rotating' })).toHaveProperty('error');
    expect(await set({ refreshTokens: 'sometimes' })).toHaveProperty('error');
  });
});
