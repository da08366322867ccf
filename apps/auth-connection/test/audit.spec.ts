import { askedBy, followAudit, type AuditFollower } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
let audit: AuditFollower;
beforeAll(async () => {
  world = await createWorld();
  audit = await followAudit(world.bus);
}, 90_000);
afterAll(() => world?.close(), 30_000);

const by = { actor: { subject: 'user_1', role: 'manager' }, requestId: askedBy };

it('a sign-in is in the audit log once it is confirmed, once, and so is its end', async () => {
  const organiser = createOrganiser(world);
  const { boxOfficeId } = organiser;
  const ticket = await organiser.ticket('harbour');
  await organiser.complete({ ticket });
  await organiser.complete({ ticket, confirm: true });
  const { connection } = await organiser.complete({ ticket, confirm: true });
  const { id } = connection!;
  await organiser.disconnect(id, 'viewer');
  await organiser.disconnect(id);
  await organiser.disconnect(id);
  await organiser.signIn('harbour');
  const entries = await audit.until(boxOfficeId, 3);
  const of = { ...by, object: { type: 'CONNECTION', id } };
  const accountId = expect.any(String) as unknown;
  expect(entries).toMatchObject([
    { ...of, action: 'CONNECTION_SIGNED_IN', details: { again: 'false', accountId } },
    { ...of, action: 'CONNECTION_DISCONNECTED', details: { accountId } },
    { ...of, action: 'CONNECTION_SIGNED_IN', details: { again: 'true', accountId } },
  ]);
});

it('a change of settings is in it with the new choice, and a choice that stays is not', async () => {
  const organiser = createOrganiser(world);
  const connectionId = await organiser.connected();
  for (const optInRoute of ['CONFIRM', 'CONFIRM'])
    await organiser.mutate('updateConnectionSettings', 'UpdateConnectionSettingsInput', 'connection { id }', {
      connectionId,
      optInRoute,
    });
  await organiser.disconnect(connectionId);
  const entries = await audit.until(organiser.boxOfficeId, 3);
  expect(entries.map(({ action }) => action)).toEqual([
    'CONNECTION_SIGNED_IN',
    'CONNECTION_SETTINGS_CHANGED',
    'CONNECTION_DISCONNECTED',
  ]);
  expect(entries[1]).toMatchObject({
    ...by,
    object: { type: 'CONNECTION', id: connectionId },
    details: { changed: 'optInRoute=CONFIRM' },
  });
});

it('an API key that is set and removed is in it, without the key', async () => {
  const organiser = createOrganiser(world);
  const set = () =>
    organiser.mutate('setTicketTailorApiKey', 'SetTicketTailorApiKeyInput', 'boxOffice { id }', {
      apiKey: 'sk_1_canary_0123456789',
    });
  const remove = () => organiser.ask('mutation { removeTicketTailorApiKey { userErrors { code } } }');
  await remove();
  await set();
  await remove();
  await remove();
  expect(await organiser.ask('{ boxOffice { ticketTailorApiKey { lastFour } } }')).toEqual({
    data: { boxOffice: { ticketTailorApiKey: null } },
  });
  await set();
  const entries = await audit.until(organiser.boxOfficeId, 3);
  const of = { ...by, object: { type: 'TICKET_TAILOR_KEY', id: organiser.boxOfficeId } };
  expect(entries).toMatchObject([
    { ...of, action: 'TICKET_TAILOR_KEY_SET' },
    { ...of, action: 'TICKET_TAILOR_KEY_REMOVED' },
    { ...of, action: 'TICKET_TAILOR_KEY_SET' },
  ]);
  expect(JSON.stringify(entries)).not.toContain('canary');
});
