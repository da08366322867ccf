import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import { aContact, aDesiredState, email } from '../../test/planning';
import fc from 'fast-check';
import type { DesiredState } from './desired-state';
import { knownFrom, type ContactState, type KnownContact } from './known-contact';
import { detailsText } from './merge-desired-states';
import { planBatch, type ContactSnapshots, type PlanOptions, type ContactPlanInput, type Plan } from './plan-batch';

const [listA, listB, tagA, tagB] = ['list-a', 'list-b', 'tag-a', 'tag-b'] as const;
const ample: PlanOptions = { optInRoute: 'DIRECT', importsNew: false };

let made = 0;
const desired = (given: Partial<DesiredState> = {}): DesiredState =>
  aDesiredState({ deliveryId: `dlv_${(made += 1)}`, placedAt: Date.parse('2026-06-01T00:00:00Z'), ...given });
const planInput = (
  desiredStates: readonly DesiredState[],
  given: Partial<ContactPlanInput> = {},
): ContactPlanInput => ({
  email,
  desiredStates,
  isUncertain: false,
  isImported: false,
  detailsMark: detailsText(desiredStates),
  ...given,
});
const whole = (given: Partial<CcContact> = {}): KnownContact => knownFrom(aContact(given));
/** A contact as in the contact cache. */
const thin = (state: KnownContact['state'] = 'explicit', given: Partial<KnownContact> = {}): KnownContact => ({
  contactId: 'c1',
  state,
  optedOutAt: null,
  deleted: state === 'deleted',
  detailsMark: null,
  ...given,
});
const planOne = (
  desiredStates: readonly DesiredState[],
  known?: KnownContact | 'none',
  { planOptions = ample, ...given }: Partial<ContactPlanInput> & { planOptions?: PlanOptions } = {},
): Plan =>
  planBatch([planInput(desiredStates, given)], new Map(known ? [[given.email ?? email, known]] : []), planOptions);
const kinds = ({ calls }: Plan): string[] => calls.map(({ kind }) => kind);

describe('the plan for a new contact', () => {
  it('is a single call for three workflows, with all lists and tags, and no look-up before', () => {
    const { calls } = planOne([
      desired({ listIds: [listA] }),
      desired({ tagIds: [tagA] }),
      desired({ tagIds: [tagB], listIds: [listA] }),
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

  it("has the newest order's details, and no empty value overwrites another", () => {
    const { calls } = planOne([
      desired({ orderTime: 2, details: { firstName: 'New' } }),
      desired({ orderTime: 1, details: { firstName: 'Old', lastName: 'Kept' } }),
    ]);
    expect(calls[0]).toMatchObject({ contact: { first_name: 'New', last_name: 'Kept' } });
  });

  it('looks up the contact first when something may have been done already', () => {
    expect(planOne([desired({ listIds: [listA] })], undefined, { isUncertain: true })).toMatchObject({
      calls: [],
      unknown: [{ email }],
    });
  });

  it('uses the sign-up form where the organiser wants a confirmation, and only after a look-up', () => {
    const planOptions: PlanOptions = { optInRoute: 'CONFIRM', importsNew: false };
    expect(planOne([desired({ listIds: [listA] })], undefined, { planOptions })).toMatchObject({
      calls: [],
      unknown: [{ email }],
    });
    expect(kinds(planOne([desired({ listIds: [listA], tagIds: [tagA] })], 'none', { planOptions }))).toEqual([
      'sign-up',
      'tag',
    ]);
    const tagged = planOne([desired({ tagIds: [tagA] })], 'none', { planOptions });
    expect(tagged.calls).toMatchObject([
      { kind: 'create', contact: { email_address: { permission_to_send: 'not_set' } } },
    ]);
  });

  it('is one import for many where calls are scarce and the organiser prefers an import', () => {
    const planInputs = Array.from({ length: 700 }, (_, index) =>
      planInput([desired({ listIds: [listA], tagIds: [tagA] })], { email: `${index}@example.com` }),
    );
    const plan = planBatch(planInputs, new Map(), { optInRoute: 'DIRECT', importsNew: true });
    expect(kinds(plan)).toEqual(['import']);
  });

  it('splits a hundred thousand contacts into files within the limits of rows and bytes', () => {
    const street = 'x'.repeat(100);
    const planInputs = Array.from({ length: 100_000 }, (_, index) =>
      planInput([desired({ listIds: [listA], details: index % 2 ? { street } : {} })], {
        email: `${index}@example.com`,
      }),
    );
    const { calls } = planBatch(planInputs, new Map(), { optInRoute: 'DIRECT', importsNew: true });
    const lines = calls.map((call) => (call.kind === 'import' && call.asFile ? call.lines : []));
    expect(lines.flat()).toHaveLength(100_000);
    for (const file of lines) {
      expect(file.length).toBeLessThanOrEqual(39_999);
      expect(new Set(file.map(({ row }) => Object.keys(row).join())).size).toBe(1);
      const text = file.map(({ row }) => Object.values(row).join()).join('\n');
      expect(Buffer.byteLength(text)).toBeLessThan(4_000_000);
    }
  });

  it("uses a single call when the import refused the contact's row", () => {
    const planOptions: PlanOptions = { optInRoute: 'DIRECT', importsNew: true };
    expect(kinds(planOne([desired({ listIds: [listA] })], 'none', { isImported: true, planOptions }))).toEqual([
      'create',
    ]);
  });

  it('leaves out lists and tags over 50, and has a note about it', () => {
    const tagIds = Array.from({ length: 52 }, (_, index) => `tag-${index}`);
    const { calls, notes } = planOne([desired({ tagIds })]);
    expect(calls[0]).toMatchObject({ contact: { taggings: tagIds.slice(0, 50) } });
    expect(notes[0]?.note).toBe('left out 2 tag(s): a contact can have at most 50');
  });
});

describe('a value that a plan leaves out', () => {
  it('has a note on the delivery of its order, when something is written', () => {
    const cut = desired({ listIds: [listA], shortenings: ['cut the first name at 50 characters'] });
    expect(planOne([cut, desired({ tagIds: [tagA] })]).notes).toEqual([
      { deliveryIds: [cut.deliveryId], note: 'cut the first name at 50 characters' },
    ]);
    expect(planOne([{ ...cut, optIn: 'NOT_OPTED_IN' }]).notes).toEqual([]);
  });
});

describe('the plan for existing contacts', () => {
  it('makes no call for values that the contact has already', () => {
    const known = whole({ list_memberships: [listA], taggings: [tagA], first_name: 'Ada' });
    const plan = planOne([desired({ listIds: [listA], tagIds: [tagA], details: { firstName: 'Ada' } })], known);
    expect(plan).toMatchObject({ calls: [], done: [{ contactId: 'c1' }] });
  });

  it('is one import and one tag batch per 500, however many contacts there are', () => {
    const planInputs = Array.from({ length: 1_200 }, (_, index) =>
      planInput([desired({ listIds: [listA] }), desired({ tagIds: [tagA] })], { email: `${index}@example.com` }),
    );
    const snapshots: ContactSnapshots = new Map(
      planInputs.map((each, index) => [each.email, thin('explicit', { contactId: `c${index}` })]),
    );
    expect(kinds(planBatch(planInputs, snapshots, ample))).toEqual(['import', 'tag', 'tag', 'tag']);
  });

  it('subscribes a contact without permission, or a deleted one, by the form right after a look-up', () => {
    expect(planOne([desired({ listIds: [listA] })], thin('not_set'))).toMatchObject({
      calls: [],
      unknown: [{ whole: true }],
    });
    const unset = whole({ email_address: { address: email, permission_to_send: 'not_set' } });
    expect(kinds(planOne([desired({ listIds: [listA] })], unset))).toEqual(['sign-up']);
    const deleted = whole({ deleted_at: '2026-01-01' });
    expect(kinds(planOne([desired({ listIds: [listA], tagIds: [tagA] })], deleted))).toEqual(['sign-up', 'tag']);
  });

  it('writes details without lists after a look-up, and never the permission', () => {
    const wanted = desired({ details: { firstName: 'Ada' } });
    expect(planOne([wanted], thin())).toMatchObject({ calls: [], unknown: [{ whole: true }] });
    const { calls } = planOne([wanted], whole({ job_title: 'Baker' }));
    expect(calls).toMatchObject([{ kind: 'put', contact: { job_title: 'Baker', first_name: 'Ada' } }]);
    expect(JSON.stringify(calls)).not.toContain('permission_to_send');
  });

  it('sends the unchanged parts of an address and of fields back', () => {
    const known = whole({
      street_addresses: [{ kind: 'home', street: 'Old', city: 'Town', state: 'S', postal_code: 'P', country: 'GB' }],
      custom_fields: [{ custom_field_id: 'f1', choice_ids: ['one', 'two'] }],
    });
    const wanted = desired({ details: { street: 'New' }, fields: [{ customFieldId: 'f2', value: 'v' }] });
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

  it('does not look up a contact whose details were written as desired', () => {
    const wanted = desired({ details: { firstName: 'Ada' } });
    expect(planOne([wanted], thin('explicit', { detailsMark: detailsText([wanted]) }))).toMatchObject({
      calls: [],
      unknown: [],
    });
  });

  it('adds lists to a contact with an address too long for imports by a write of the whole contact', () => {
    const long = `${'x'.repeat(50)}@example.com`;
    const known = whole({ list_memberships: [listB] });
    expect(planOne([desired({ listIds: [listA] })], known, { email: long }).calls).toMatchObject([
      { kind: 'put', contact: { list_memberships: [listB, listA] } },
    ]);
  });

  it('sends one e-mail that asks to subscribe again, and skips the others with their reason', () => {
    const known = thin('unsubscribed', { optedOutAt: 0 });
    const asking = desired({ listIds: [listA], whenUnsubscribed: 'SEND_RESUBSCRIBE_EMAIL' });
    const other = desired({ listIds: [listB] });
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
const anyDesiredState = fc
  .record({
    orderTime: fc.nat(5),
    placedAt: fc.constantFrom(0, Date.parse('2026-06-01T00:00:00Z')),
    valueTimestamps: fc.constant({}),
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
  .map(desired);
const anyBatch = fc.array(
  fc.record({
    desiredStates: fc.array(anyDesiredState, { minLength: 1, maxLength: 4 }),
    state: fc.constantFrom(undefined, ...states),
    isWhole: fc.boolean(),
    isUncertain: fc.boolean(),
    isImported: fc.boolean(),
  }),
  { maxLength: 8 },
);
const anyPlanOptions = fc.record({
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
    look: (
      plan: Plan,
      given: { planInputs: ContactPlanInput[]; snapshots: Map<string, KnownContact | 'none'> },
    ) => void,
  ) =>
    fc.assert(
      fc.property(anyBatch, anyPlanOptions, (batch, planOptions) => {
        const planInputs = batch.map(({ state: _s, isWhole: _w, desiredStates, ...flags }, index) =>
          planInput(desiredStates, { email: `${index}@example.com`, ...flags }),
        );
        const snapshots = new Map(
          batch.flatMap(({ state, isWhole }, index) =>
            state
              ? [[`${index}@example.com`, state === 'none' ? ('none' as const) : stateAs(state, isWhole)] as const]
              : [],
          ),
        );
        look(planBatch(planInputs, snapshots, planOptions), { planInputs, snapshots });
      }),
      { numRuns: 500 },
    );

  it('has an answer for every delivery: a call, a skip, done, or a look-up', () => {
    check((plan, { planInputs }) => {
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
      for (const each of planInputs)
        for (const { deliveryId } of each.desiredStates)
          expect(answered.has(deliveryId) !== unknown.has(each.email)).toBe(true);
    });
  });

  it('adds no list and no permission without an opt-in', () => {
    check((plan, { planInputs }) => {
      const optedIn = new Set(
        planInputs.flatMap(({ email: of, desiredStates }) =>
          desiredStates.some(({ optIn }) => optIn === 'OPTED_IN') ? [of] : [],
        ),
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

  it('uses the sign-up form only after a look-up, or when there is no contact', () => {
    check((plan, { snapshots }) => {
      for (const call of plan.calls)
        if (call.kind === 'sign-up') {
          const known = snapshots.get(call.email);
          expect(known === 'none' || known?.whole !== undefined).toBe(true);
          expect(known === 'none' ? 'none' : known?.state).toMatch(/^(none|not_set|deleted)$/);
        }
    });
  });

  it('changes no unsubscribed contact, except to ask again', () => {
    check((plan, { snapshots }) => {
      for (const call of plan.calls) {
        const emails =
          call.kind === 'import'
            ? call.lines.map((line) => line.email)
            : call.kind === 'tag'
              ? call.members.map((member) => member.email)
              : [call.email];
        if (call.kind === 'resubscribe') continue;
        for (const each of emails) {
          const known = snapshots.get(each);
          expect(known === undefined || known === 'none' || known.state !== 'unsubscribed').toBe(true);
        }
      }
    });
  });
});
