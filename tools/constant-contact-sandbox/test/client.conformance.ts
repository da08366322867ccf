import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startSandbox } from '@boxlist/testkit';
import {
  createConstantContact,
  createConstantContactOAuth,
  type CcActivity,
  type ConstantContact,
} from '@boxlist/constant-contact';

// The behaviour of Constant Contact that Boxlist relies on, tested through its own client. Any faithful stand-in of
// the API passes.
let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let api: ConstantContact;
let oauth: ReturnType<typeof createConstantContactOAuth>;
let token: string;
let listIds: string[];
let tagId: string;
let count = 0;
const redirectUrl = 'http://127.0.0.1:9/callback';
const anEmail = () => `buyer.${(count += 1)}@example.com`;

/** Follows the sign-in page like a browser, up to the address of its redirect. */
const wayBack = async (url: string, decision: 'allow' | 'deny' = 'allow'): Promise<URL> => {
  const page = await (await fetch(url)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const action = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', url);
  const answer = await fetch(action, {
    method: 'POST',
    body: new URLSearchParams({ request, account: 'riverside', decision }),
    redirect: 'manual',
  });
  return new URL(answer.headers.get('location') ?? '');
};
const signedIn = async () => {
  const verifier = oauth.newVerifier();
  const state = oauth.newState();
  const back = await wayBack(await oauth.authorizationUrl({ state, verifier }));
  const { code } = oauth.readCallback(back.searchParams);
  if (code === undefined) throw new Error('The sandbox did not issue a code');
  return { code, verifier };
};

beforeAll(async () => {
  sandbox = await startSandbox(redirectUrl);
  api = createConstantContact({ apiUrl: `${sandbox.url}/v3`, timeoutMs: 2_000 });
  oauth = createConstantContactOAuth({
    authorizeUrl: `${sandbox.url}/oauth2/default/v1/authorize`,
    tokenUrl: `${sandbox.url}/oauth2/default/v1/token`,
    revokeUrl: `${sandbox.url}/oauth2/default/v1/revoke`,
    clientId: 'boxlist-dev',
    clientSecret: 'boxlist-dev-secret',
    redirectUrl,
    usePkce: true,
  });
  token = (await oauth.exchange(await signedIn())).accessToken;
  listIds = (await api.contactLists(token)).items.map(({ list_id }) => list_id);
  tagId = (await api.createTag(token, 'conformance')).tag_id;
}, 60_000);
afterAll(async () => {
  await api?.close();
  await sandbox?.stop();
});

const create = (address: string, more: object = {}) =>
  api.createContact(token, {
    email_address: { address, permission_to_send: 'explicit' },
    create_source: 'Contact',
    ...more,
  });
const done = ({ activity_id: id }: CcActivity): Promise<CcActivity> =>
  eventually(async () => {
    const activity = await api.activity(token, id);
    if (activity.state !== 'completed') throw new Error(`still ${activity.state}`);
    return activity;
  });

describe('the sign-in', () => {
  it('exchanges a code with its verifier for tokens, once', async () => {
    const answer = await signedIn();
    expect(await oauth.exchange(answer)).toMatchObject({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresInSeconds: 86_400,
    });
    await expect(oauth.exchange(answer)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
  });

  it('refuses a code with the verifier of another sign-in', async () => {
    await expect(oauth.exchange({ ...(await signedIn()), verifier: oauth.newVerifier() })).rejects.toMatchObject({
      code: 'SIGN_IN_REFUSED',
    });
  });

  it('reports that the person declined', async () => {
    const state = oauth.newState();
    const verifier = oauth.newVerifier();
    const back = await wayBack(await oauth.authorizationUrl({ state, verifier }), 'deny');
    expect(oauth.readCallback(back.searchParams)).toMatchObject({ state, error: { code: 'SIGN_IN_DENIED' } });
  });

  it('rotates refresh tokens: each works once', async () => {
    const first = (await oauth.exchange(await signedIn())).refreshToken!;
    const second = (await oauth.refresh(first)).refreshToken!;
    expect(second).not.toBe(first);
    await expect(oauth.refresh(first)).rejects.toMatchObject({ code: 'CONNECTION_NEEDS_RECONNECT' });
  });

  it('revokes a refresh token and no other, and one that is unknown too', async () => {
    const [revoked, other] = await Promise.all([signedIn(), signedIn()]);
    const first = (await oauth.exchange(revoked)).refreshToken!;
    const second = (await oauth.exchange(other)).refreshToken!;
    expect(await oauth.revoke(first)).toBe(true);
    await expect(oauth.refresh(first)).rejects.toMatchObject({ code: 'CONNECTION_NEEDS_RECONNECT' });
    expect(await oauth.refresh(second)).toMatchObject({ refreshToken: expect.any(String) });
    expect(await oauth.revoke('unknown')).toBe(true);
  });

  it('shows the account and the privileges of its user', async () => {
    expect(await api.accountSummary(token)).toMatchObject({ organization_name: 'Riverside Theatre' });
    expect((await api.privileges(token)).map(({ privilege_name }) => privilege_name)).toEqual(
      expect.arrayContaining(['contacts:read', 'contacts:write']),
    );
  });

  it('is required: another token is not accepted', async () => {
    await expect(api.accountSummary('nonsense')).rejects.toMatchObject({ code: 'UNAUTHORIZED_AT_CONSTANT_CONTACT' });
  });
});

describe('a contact', () => {
  it('is created with permission, lists and tags in one call, and found by its e-mail in any case', async () => {
    const email = anEmail();
    const { contact_id } = await create(email, {
      first_name: 'Rosa',
      phone_numbers: [{ phone_number: '+44 20 7946 0000', kind: 'other' }],
      street_addresses: [{ kind: 'home', street: '1 High Street', postal_code: 'AB1 2CD' }],
      list_memberships: [listIds[0]],
      taggings: [tagId],
    });
    expect(await api.findContact(token, email.toUpperCase())).toMatchObject({
      contact_id,
      first_name: 'Rosa',
      email_address: { address: email, permission_to_send: 'explicit' },
      list_memberships: [listIds[0]],
      taggings: [tagId],
      street_addresses: [{ kind: 'home', street: '1 High Street', postal_code: 'AB1 2CD' }],
    });
  });

  it('is created once: the second time is a conflict, even after a deletion', async () => {
    const email = anEmail();
    await create(email);
    await expect(create(email)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await sandbox.control.act('riverside', email, 'delete');
    await expect(create(email)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect((await api.findContact(token, email))?.deleted_at).toEqual(expect.any(String));
  });

  it.each([
    ['an e-mail of 81 characters', () => create(`${'x'.repeat(69)}@example.com`)],
    ['a first name of 51 characters', () => create(anEmail(), { first_name: 'x'.repeat(51) })],
    ['a list that does not exist', () => create(anEmail(), { list_memberships: [crypto.randomUUID()] })],
    ['a sign-up without a list', () => api.signUp(token, { email_address: anEmail(), list_memberships: [] })],
    [
      'a sign-up with an e-mail of 51 characters',
      () => api.signUp(token, { email_address: `${'x'.repeat(39)}@example.com`, list_memberships: [listIds[0]!] }),
    ],
  ])('is refused with %s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'REJECTED_BY_CONSTANT_CONTACT' });
  });

  it('that signs up again keeps fields that are not sent, and also gets the list', async () => {
    const email = anEmail();
    await create(email, { first_name: 'Rosa', last_name: 'Lund', list_memberships: [listIds[0]] });
    const { action } = await api.signUp(token, {
      email_address: email,
      last_name: 'Berg',
      list_memberships: [listIds[1]!],
    });
    expect(action).toBe('updated');
    const contact = await api.findContact(token, email);
    expect(contact).toMatchObject({ first_name: 'Rosa', last_name: 'Berg' });
    expect([...contact!.list_memberships].sort()).toEqual([...listIds].sort());
  });

  it('that unsubscribed has the time of that', async () => {
    const email = anEmail();
    await create(email);
    await sandbox.control.act('riverside', email, 'unsubscribe');
    expect((await api.findContact(token, email))?.email_address).toMatchObject({
      permission_to_send: 'unsubscribed',
      opt_out_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  it('can get only one confirmation mail', async () => {
    const email = anEmail();
    const { contact_id } = await create(email);
    await sandbox.control.act('riverside', email, 'unsubscribe');
    await api.resubscribe(token, contact_id, [listIds[0]!]);
    await expect(api.resubscribe(token, contact_id, [listIds[0]!])).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});

describe('lists, tags and custom fields', () => {
  it('come page by page until there is no next page', async () => {
    const made = await Promise.all(Array.from({ length: 510 }, (_, index) => api.createTag(token, `many ${index}`)));
    const first = await api.tags(token);
    expect(first.items).toHaveLength(500);
    const second = await api.tags(token, first.next);
    expect(second.next).toBeUndefined();
    const names = new Set([...first.items, ...second.items].map(({ name }) => name));
    expect(made.every(({ name }) => names.has(name))).toBe(true);
  });

  it('have unique names: a second one is a conflict', async () => {
    await api.createContactList(token, 'Twice');
    await expect(api.createContactList(token, 'Twice')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(api.createTag(token, 'conformance')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(api.createTag(token, 'x'.repeat(256))).rejects.toMatchObject({ code: 'REJECTED_BY_CONSTANT_CONTACT' });
  });

  it('fields have a label and a type, lists the number of their members', async () => {
    expect((await api.customFields(token)).items[0]).toMatchObject({
      custom_field_id: expect.any(String),
      label: expect.any(String),
      type: expect.any(String),
    });
    const { items } = await api.contactLists(token);
    expect(items.every(({ membership_count: members }) => typeof members === 'number')).toBe(true);
  });
});

describe('a batch', () => {
  it('of tags or list memberships is executed, and can be found among the activities', async () => {
    const email = anEmail();
    const { contact_id } = await create(email);
    const tagged = await api.changeTaggings(token, 'add', [contact_id], [tagId]);
    await done(tagged);
    await done(await api.addToLists(token, [contact_id], listIds.slice(0, 2)));
    await done(await api.removeFromLists(token, [contact_id], [listIds[0]!]));
    expect(await api.findContact(token, email)).toMatchObject({ taggings: [tagId], list_memberships: [listIds[1]] });
    await done(await api.changeTaggings(token, 'remove', [contact_id], [tagId]));
    expect((await api.findContact(token, email))?.taggings).toEqual([]);
    expect((await api.activities(token)).items.map(({ activity_id }) => activity_id)).toContain(tagged.activity_id);
  });

  it('of contacts keeps permissions and adds no unsubscribed contact to a list', async () => {
    const [fresh, gone] = [anEmail(), anEmail()];
    await create(gone);
    await sandbox.control.act('riverside', gone, 'unsubscribe');
    const activity = await done(
      await api.importContacts(token, [{ email: fresh, first_name: 'New' }, { email: gone }], [listIds[0]!]),
    );
    expect(activity.status).toMatchObject({ cannot_add_to_list_count: 1 });
    expect(await api.findContact(token, fresh)).toMatchObject({
      email_address: { permission_to_send: 'implicit' },
      list_memberships: [listIds[0]],
    });
    expect(await api.findContact(token, gone)).toMatchObject({
      email_address: { permission_to_send: 'unsubscribed' },
      list_memberships: [],
    });
  });
});

describe('a file of contacts', () => {
  it('is imported with all its special characters, and has its name among the activities', async () => {
    const [first, second] = [anEmail(), anEmail()];
    const rows = [
      { email: first, first_name: 'Ada "A"', street: '1 High Street,\nYork', 'cf:Last_event': ' Gala' },
      { email: second, first_name: 'Ève', street: '2', 'cf:Last_event': 'x' },
    ];
    const activity = await api.importFile(token, 'job-1.csv', rows, listIds.slice(0, 2));
    expect((await done(activity)).status).toMatchObject({ person_count: 2, error_count: 0 });
    expect(await api.findContact(token, first)).toMatchObject({
      email_address: { permission_to_send: 'implicit' },
      first_name: 'Ada "A"',
      street_addresses: [{ kind: 'home', street: '1 High Street,\nYork' }],
      custom_fields: [{ value: ' Gala' }],
    });
    expect((await api.findContact(token, second))?.first_name).toBe('Ève');
    const { items } = await api.activities(token);
    expect(items.find(({ source_file_name: name }) => name === 'job-1.csv')?.activity_id).toBe(activity.activity_id);
  });

  it('is queued even if its answer is lost', async () => {
    await sandbox.control.fault({ path: 'contacts_file_import', kind: 'drop-after-write' });
    await expect(api.importFile(token, 'lost.csv', [{ email: anEmail() }], [listIds[0]!])).rejects.toMatchObject({
      code: 'CONSTANT_CONTACT_UNAVAILABLE',
      details: { mayHaveBeenApplied: true },
    });
    const { items } = await api.activities(token);
    expect(items.filter(({ source_file_name: name }) => name === 'lost.csv')).toHaveLength(1);
  });

  it('and a JSON import of the largest size are imported completely', async () => {
    const rows = Array.from({ length: 39_999 }, (_, n) => ({
      email: `large.${n}@example.com`,
      first_name: 'x'.repeat(40),
    }));
    const file = await done(await api.importFile(token, 'large.csv', rows, [listIds[0]!]));
    expect(file.status).toMatchObject({ person_count: 39_999, items_total_count: 40_000 });
    const json = await done(await api.importContacts(token, rows, [listIds[0]!]));
    expect(json.status).toMatchObject({ person_count: 39_999, items_total_count: 39_999 });
  }, 60_000);
});

describe('the pages of contacts', () => {
  it('contain every contact once, with the requested parts, or only changes or opt-outs since a time', async () => {
    const began = new Date(Date.now() - 1).toISOString();
    const [kept, gone] = [anEmail(), anEmail()];
    await create(kept, { taggings: [tagId], list_memberships: [listIds[0]] });
    await create(gone);
    await sandbox.control.act('riverside', gone, 'unsubscribe');
    const deleted = anEmail();
    await create(deleted);
    await sandbox.control.act('riverside', deleted, 'delete');
    const read = async (query: Parameters<ConstantContact['contactsPage']>[1]) => {
      const all: Awaited<ReturnType<ConstantContact['contactsPage']>>['items'] = [];
      for (
        let page = await api.contactsPage(token, query);
        ;
        page = await api.contactsPage(token, { next: page.next })
      ) {
        all.push(...page.items);
        if (!page.next) return { all, count: page.count, emails: all.map((each) => each.email_address.address) };
      }
    };
    const whole = await read({});
    expect(new Set(whole.emails).size).toBe(whole.count);
    const since = await read({ updatedAfter: began, include: ['taggings', 'list_memberships'] });
    expect(since.emails).toEqual([kept, gone, deleted]);
    expect(since.all[2]?.deleted_at).toEqual(expect.any(String));
    expect(since.all[0]).toMatchObject({ taggings: [tagId], list_memberships: [listIds[0]] });
    expect((await read({ optedOutAfter: began })).emails).toEqual([gone]);
  });
});

describe('the limit', () => {
  it('of the day differs from that of the second, in both forms of the body', async () => {
    try {
      for (const error429Shape of ['array', 'object']) {
        await sandbox.control.switches({ error429Shape });
        await sandbox.control.limits({ perSecond: 1, perDay: 1_000_000 });
        const burst = await Promise.allSettled(Array.from({ length: 5 }, () => api.accountSummary(token)));
        expect(burst.filter(({ status }) => status === 'rejected')).not.toHaveLength(0);
        await sandbox.control.limits({ perSecond: 1_000 });
        expect(burst.map((each) => (each.status === 'rejected' ? (each.reason as object) : {}))).toContainEqual(
          expect.objectContaining({ code: 'RATE_LIMITED' }),
        );
        await sandbox.control.limits({ perDay: 1 });
        await expect(api.accountSummary(token)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
      }
    } finally {
      await sandbox.control.limits({ perSecond: 1_000, perDay: 1_000_000 });
    }
  });

  it('of queued activities is separate', async () => {
    await sandbox.control.limits({ queuedActivities: 0 });
    try {
      await expect(api.changeTaggings(token, 'add', [crypto.randomUUID()], [tagId])).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        details: { queued: true },
      });
    } finally {
      await sandbox.control.limits({ queuedActivities: 1_000 });
    }
  });
});

describe('a lost answer', () => {
  it('leaves a write that must be looked up before it is sent again', async () => {
    const email = anEmail();
    await sandbox.control.fault({ method: 'POST', path: '/v3/contacts$', kind: 'drop-after-write' });
    await expect(create(email)).rejects.toMatchObject({
      code: 'CONSTANT_CONTACT_UNAVAILABLE',
      details: { mayHaveBeenApplied: true },
    });
    expect(await api.findContact(token, email)).toBeDefined();
  });
});
