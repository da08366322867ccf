import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import { aContact, aWish, email } from '../../test/planning';
import fc from 'fast-check';
import type { Wish } from './decide-contact';
import { knownFrom, type ContactState, type KnownContact } from './known-contact';
import { detailsText } from './merge-wishes';
import { planBatch, type Knowledge, type Means, type Party, type Plan } from './plan-batch';

const [listA, listB, tagA, tagB] = ['list-a', 'list-b', 'tag-a', 'tag-b'] as const;
const ample: Means = { optInRoute: 'DIRECT', importsNew: false };

let made = 0;
const wish = (given: Partial<Wish> = {}): Wish =>
  aWish({ deliveryId: `dlv_${(made += 1)}`, placedAt: Date.parse('2026-06-01T00:00:00Z'), ...given });
const party = (wishes: readonly Wish[], given: Partial<Party> = {}): Party => ({
  email,
  wishes,
  isUncertain: false,
  isImported: false,
  detailsMark: detailsText(wishes),
  ...given,
});
const whole = (given: Partial<CcContact> = {}): KnownContact => knownFrom(aContact(given));
/** As the mirror knows it. */
const thin = (state: KnownContact['state'] = 'explicit', given: Partial<KnownContact> = {}): KnownContact => ({
  contactId: 'c1',
  state,
  optedOutAt: null,
  deleted: state === 'deleted',
  detailsMark: null,
  ...given,
});
const planOne = (
  wishes: readonly Wish[],
  known?: KnownContact | 'none',
  { means = ample, ...given }: Partial<Party> & { means?: Means } = {},
): Plan => planBatch([party(wishes, given)], new Map(known ? [[given.email ?? email, known]] : []), means);
const kinds = ({ calls }: Plan): string[] => calls.map(({ kind }) => kind);

describe('the plan for a new contact', () => {
  it('is a single call for three workflows, with all lists and tags, and no look-up before', () => {
    const { calls } = planOne([
      wish({ listIds: [listA] }),
      wish({ tagIds: [tagA] }),
      wish({ tagIds: [tagB], listIds: [listA] }),
    ]);
    expect(calls).toMatchObject([
      {
        kind: 'create',
        contact: {
          email_address: { address: email, permission_to_send: 'explicit' },
          create_source: 'Contact',
          list_memberships: [listA],
          taggings: [tagA, tagB],
        },
      },
    ]);
  });

  it("takes the newest order's details, and lets no empty value overwrite a value", () => {
    const { calls } = planOne([
      wish({ orderTime: 2, details: { firstName: 'New' } }),
      wish({ orderTime: 1, details: { firstName: 'Old', lastName: 'Kept' } }),
    ]);
    expect(calls[0]).toMatchObject({ contact: { first_name: 'New', last_name: 'Kept' } });
  });

  it('reads the truth first when something may have been done already', () => {
    expect(planOne([wish({ listIds: [listA] })], undefined, { isUncertain: true })).toMatchObject({
      calls: [],
      unknown: [{ email }],
    });
  });

  it('goes through the sign-up form where the organiser wants a confirmation, and only after a look', () => {
    const means: Means = { optInRoute: 'CONFIRM', importsNew: false };
    expect(planOne([wish({ listIds: [listA] })], undefined, { means })).toMatchObject({
      calls: [],
      unknown: [{ email }],
    });
    expect(kinds(planOne([wish({ listIds: [listA], tagIds: [tagA] })], 'none', { means }))).toEqual(['sign-up', 'tag']);
    const tagged = planOne([wish({ tagIds: [tagA] })], 'none', { means });
    expect(tagged.calls).toMatchObject([
      { kind: 'create', contact: { email_address: { permission_to_send: 'not_set' } } },
    ]);
  });

  it('is one import for many where calls are scarce and the organiser would not wait', () => {
    const parties = Array.from({ length: 700 }, (_, index) =>
      party([wish({ listIds: [listA], tagIds: [tagA] })], { email: `${index}@example.com` }),
    );
    const plan = planBatch(parties, new Map(), { optInRoute: 'DIRECT', importsNew: true });
    expect(kinds(plan)).toEqual(['import']);
  });

  it('goes in files within the limits of rows and bytes for a hundred thousand', () => {
    const street = 'x'.repeat(100);
    const parties = Array.from({ length: 100_000 }, (_, index) =>
      party([wish({ listIds: [listA], details: index % 2 ? { street } : {} })], { email: `${index}@example.com` }),
    );
    const { calls } = planBatch(parties, new Map(), { optInRoute: 'DIRECT', importsNew: true });
    const lines = calls.map((call) => (call.kind === 'import' && call.asFile ? call.lines : []));
    expect(lines.flat()).toHaveLength(100_000);
    for (const file of lines) {
      expect(file.length).toBeLessThanOrEqual(39_999);
      expect(new Set(file.map(({ row }) => Object.keys(row).join())).size).toBe(1);
      const text = file.map(({ row }) => Object.values(row).join()).join('\n');
      expect(Buffer.byteLength(text)).toBeLessThan(4_000_000);
    }
  });

  it('is a call of its own for one whose row the import did not take', () => {
    const means: Means = { optInRoute: 'DIRECT', importsNew: true };
    expect(kinds(planOne([wish({ listIds: [listA] })], 'none', { isImported: true, means }))).toEqual(['create']);
  });

  it('leaves out lists and tags over 50, and says so', () => {
    const tagIds = Array.from({ length: 52 }, (_, index) => `tag-${index}`);
    const { calls, notes } = planOne([wish({ tagIds })]);
    expect(calls[0]).toMatchObject({ contact: { taggings: tagIds.slice(0, 50) } });
    expect(notes[0]?.note).toBe('left out 2 tag(s): a contact can have at most 50');
  });
});

describe('what a plan cannot bring', () => {
  it('is told to the delivery whose order told it, where something is written', () => {
    const cut = wish({ listIds: [listA], shortenings: ['cut the first name at 50 characters'] });
    expect(planOne([cut, wish({ tagIds: [tagA] })]).notes).toEqual([
      { deliveryIds: [cut.deliveryId], note: 'cut the first name at 50 characters' },
    ]);
    expect(planOne([{ ...cut, optIn: 'NOT_OPTED_IN' }]).notes).toEqual([]);
  });
});

describe('the plan for contacts that exist', () => {
  it('asks nothing of Constant Contact that is so already', () => {
    const known = whole({ list_memberships: [listA], taggings: [tagA], first_name: 'Ada' });
    const plan = planOne([wish({ listIds: [listA], tagIds: [tagA], details: { firstName: 'Ada' } })], known);
    expect(plan).toMatchObject({ calls: [], done: [{ contactId: 'c1' }] });
  });

  it('is one import and one tag batch per 500 for as many as there are', () => {
    const parties = Array.from({ length: 1_200 }, (_, index) =>
      party([wish({ listIds: [listA] }), wish({ tagIds: [tagA] })], { email: `${index}@example.com` }),
    );
    const knowledge: Knowledge = new Map(
      parties.map((each, index) => [each.email, thin('explicit', { contactId: `c${index}` })]),
    );
    expect(kinds(planBatch(parties, knowledge, ample))).toEqual(['import', 'tag', 'tag', 'tag']);
  });

  it('subscribes one whose permission is not set, or who was deleted, by the form right after a look', () => {
    expect(planOne([wish({ listIds: [listA] })], thin('not_set'))).toMatchObject({
      calls: [],
      unknown: [{ whole: true }],
    });
    const unset = whole({ email_address: { address: email, permission_to_send: 'not_set' } });
    expect(kinds(planOne([wish({ listIds: [listA] })], unset))).toEqual(['sign-up']);
    const deleted = whole({ deleted_at: '2026-01-01' });
    expect(kinds(planOne([wish({ listIds: [listA], tagIds: [tagA] })], deleted))).toEqual(['sign-up', 'tag']);
  });

  it('writes details without lists from a look of its own, and never the permission', () => {
    const wanted = wish({ details: { firstName: 'Ada' } });
    expect(planOne([wanted], thin())).toMatchObject({ calls: [], unknown: [{ whole: true }] });
    const { calls } = planOne([wanted], whole({ job_title: 'Baker' }));
    expect(calls).toMatchObject([{ kind: 'put', contact: { job_title: 'Baker', first_name: 'Ada' } }]);
    expect(JSON.stringify(calls)).not.toContain('permission_to_send');
  });

  it('sends back of an address and of fields what it does not change', () => {
    const known = whole({
      street_addresses: [{ kind: 'home', street: 'Old', city: 'Town', state: 'S', postal_code: 'P', country: 'GB' }],
      custom_fields: [{ custom_field_id: 'f1', choice_ids: ['one', 'two'] }],
    });
    const wanted = wish({ details: { street: 'New' }, fields: [{ customFieldId: 'f2', value: 'v' }] });
    expect(planOne([wanted], known).calls).toMatchObject([
      {
        contact: {
          street_addresses: [
            { kind: 'home', street: 'New', city: 'Town', state: 'S', postal_code: 'P', country: 'GB' },
          ],
          custom_fields: [
            { custom_field_id: 'f1', choice_ids: ['one', 'two'] },
            { custom_field_id: 'f2', value: 'v' },
          ],
        },
      },
    ]);
  });

  it('does not read one again whose details were written as they are wished', () => {
    const wanted = wish({ details: { firstName: 'Ada' } });
    expect(planOne([wanted], thin('explicit', { detailsMark: detailsText([wanted]) }))).toMatchObject({
      calls: [],
      unknown: [],
    });
  });

  it('gives lists to one whose address is too long for an import by a write of the whole', () => {
    const long = `${'x'.repeat(50)}@example.com`;
    const known = whole({ list_memberships: [listB] });
    expect(planOne([wish({ listIds: [listA] })], known, { email: long }).calls).toMatchObject([
      { kind: 'put', contact: { list_memberships: [listB, listA] } },
    ]);
  });

  it('sends the one e-mail that asks again, and skips the others with their reason', () => {
    const known = thin('unsubscribed', { optedOutAt: 0 });
    const asking = wish({ listIds: [listA], whenUnsubscribed: 'SEND_RESUBSCRIBE_EMAIL' });
    const other = wish({ listIds: [listB] });
    const plan = planOne([asking, other], known);
    expect(plan.calls).toMatchObject([{ kind: 'resubscribe', deliveryIds: [asking.deliveryId], listIds: [listA] }]);
    expect(plan.skips).toMatchObject([{ deliveryId: other.deliveryId, reason: 'UNSUBSCRIBED' }]);
  });
});

const states: ContactState[] = [
  'none',
  'explicit',
  'implicit',
  'not_set',
  'pending_confirmation',
  'temp_hold',
  'unsubscribed',
  'deleted',
];
const anyWish = fc
  .record({
    orderTime: fc.nat(5),
    placedAt: fc.constantFrom(0, Date.parse('2026-06-01T00:00:00Z')),
    toldAt: fc.constant({}),
    optIn: fc.constantFrom('OPTED_IN' as const, 'NOT_OPTED_IN' as const, 'NOT_ASKED' as const),
    createsContacts: fc.boolean(),
    whenNotOptedIn: fc.constantFrom('SKIP' as const, 'UPDATE_EXISTING' as const, 'ADD_WITHOUT_LIST' as const),
    whenUnsubscribed: fc.constantFrom('SKIP' as const, 'SEND_RESUBSCRIBE_EMAIL' as const),
    listIds: fc.uniqueArray(fc.constantFrom(listA, listB)),
    tagIds: fc.uniqueArray(fc.constantFrom(tagA, tagB)),
    details: fc.record(
      { firstName: fc.constantFrom('Ada', 'Ben'), wholeName: fc.constantFrom('Ada Lee') },
      { requiredKeys: [] },
    ),
  })
  .map(wish);
const anyBatch = fc.array(
  fc.record({
    wishes: fc.array(anyWish, { minLength: 1, maxLength: 4 }),
    state: fc.constantFrom(undefined, ...states),
    isWhole: fc.boolean(),
    isUncertain: fc.boolean(),
    isImported: fc.boolean(),
  }),
  { maxLength: 8 },
);
const anyMeans = fc.record({
  optInRoute: fc.constantFrom('DIRECT' as const, 'CONFIRM' as const),
  importsNew: fc.boolean(),
});

const stateAs = (state: Exclude<ContactState, 'none'>, isWhole: boolean): KnownContact => {
  if (!isWhole) return thin(state);
  const permission = state === 'deleted' ? 'explicit' : state;
  return whole({
    email_address: { address: email, permission_to_send: permission },
    ...(state === 'deleted' ? { deleted_at: '2026-01-01' } : {}),
  });
};

describe('any plan', () => {
  const check = (
    look: (plan: Plan, given: { parties: Party[]; knowledge: Map<string, KnownContact | 'none'> }) => void,
  ) =>
    fc.assert(
      fc.property(anyBatch, anyMeans, (batch, means) => {
        const parties = batch.map(({ state: _s, isWhole: _w, wishes, ...flags }, index) =>
          party(wishes, { email: `${index}@example.com`, ...flags }),
        );
        const knowledge = new Map(
          batch.flatMap(({ state, isWhole }, index) =>
            state
              ? [[`${index}@example.com`, state === 'none' ? ('none' as const) : stateAs(state, isWhole)] as const]
              : [],
          ),
        );
        look(planBatch(parties, knowledge, means), { parties, knowledge });
      }),
      { numRuns: 500 },
    );

  it('has an answer for every delivery: a call, a skip, done, or more to be known', () => {
    check((plan, { parties }) => {
      const served = plan.calls.flatMap((call) =>
        call.kind === 'import'
          ? call.lines.flatMap(({ deliveryIds }) => deliveryIds)
          : call.kind === 'tag'
            ? call.members.flatMap(({ deliveryIds }) => deliveryIds)
            : call.deliveryIds,
      );
      const answered = new Set([
        ...served,
        ...plan.skips.map((each) => each.deliveryId),
        ...plan.done.map((each) => each.deliveryId),
      ]);
      const unknown = new Set(plan.unknown.map((each) => each.email));
      for (const each of parties)
        for (const { deliveryId } of each.wishes)
          expect(answered.has(deliveryId) !== unknown.has(each.email)).toBe(true);
    });
  });

  it('gives no list and no permission without a definite opt-in', () => {
    check((plan, { parties }) => {
      const optedIn = new Set(
        parties.flatMap(({ email: of, wishes }) => (wishes.some(({ optIn }) => optIn === 'OPTED_IN') ? [of] : [])),
      );
      for (const call of plan.calls) {
        if (call.kind === 'import') for (const line of call.lines) expect(optedIn).toContain(line.email);
        if (call.kind === 'sign-up' || call.kind === 'resubscribe') expect(optedIn).toContain(call.email);
        if (call.kind === 'create' && !optedIn.has(call.email))
          expect(call.contact).toMatchObject({ email_address: { permission_to_send: 'not_set' } });
        if (call.kind === 'create' && !optedIn.has(call.email)) expect(call.contact.list_memberships).toBeUndefined();
      }
    });
  });

  it('uses the sign-up form only for one that was just looked up, or is known to be none', () => {
    check((plan, { knowledge }) => {
      for (const call of plan.calls)
        if (call.kind === 'sign-up') {
          const known = knowledge.get(call.email);
          expect(known === 'none' || known?.whole !== undefined).toBe(true);
          expect(known === 'none' ? 'none' : known?.state).toMatch(/^(none|not_set|deleted)$/);
        }
    });
  });

  it('touches nobody who has unsubscribed, but to ask again', () => {
    check((plan, { knowledge }) => {
      for (const call of plan.calls) {
        const emails =
          call.kind === 'import'
            ? call.lines.map((line) => line.email)
            : call.kind === 'tag'
              ? call.members.map((member) => member.email)
              : [call.email];
        if (call.kind === 'resubscribe') continue;
        for (const each of emails) {
          const known = knowledge.get(each);
          expect(known === undefined || known === 'none' || known.state !== 'unsubscribed').toBe(true);
        }
      }
    });
  });
});
