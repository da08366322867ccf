import { nextLink, reads, writes, type Door } from './door';
import * as contacts from './contacts';
import { badRequest } from './refusal';
import * as schemas from './schemas';
import { cursorOf, queryOf, searchContacts } from './search-contacts';
import { valid } from './valid';
import type { World } from './world';

/** `/contacts` and the paths below it. */
export const contactDoors = (door: Door, world: World): void => {
  const whole = (contact: Parameters<typeof contacts.showContact>[1]) =>
    contacts.showContact(world, contact, contacts.allSubresources);
  door('GET', '/contacts', reads, ({ account, query: given, request }) => {
    const { query: raw, place } = queryOf(given);
    const query = valid(schemas.contactsQuery, raw);
    const after = Number(place || 0);
    if (!Number.isInteger(after) || after < 0) throw badRequest('cursor is not valid');
    const { page, count, nextAfter } = searchContacts(account, query, after);
    return {
      body: {
        contacts: page.map((contact) => contacts.showContact(world, contact, query.include ?? [])),
        ...(count === undefined ? {} : { contacts_count: count }),
        ...(nextAfter === undefined ? {} : nextLink(request, cursorOf(raw, String(nextAfter)))),
      },
    };
  });
  door('POST', '/contacts', writes, ({ account, body }) => ({
    status: 201,
    body: whole(contacts.createContact(world, account, body(schemas.contactPost))),
  }));
  door('POST', '/contacts/sign_up_form', writes, ({ account, body }) =>
    contacts.signUpContact(world, account, body(schemas.signUp)),
  );
  door('PUT', '/contacts/resubscribe/:id', writes, ({ account, id, body }) => {
    contacts.resubscribeContact(world, account, id, body(schemas.resubscribe));
    // The vendor describes no body for this answer.
    return { status: 200 };
  });
  door('GET', '/contacts/:id', reads, ({ account, id, query }) => ({
    body: contacts.showContact(
      world,
      contacts.contactById(account, id),
      valid(schemas.contactQuery, query).include ?? [],
    ),
  }));
  door('PUT', '/contacts/:id', writes, ({ account, id, body }) => ({
    body: whole(contacts.putContact(world, account, id, body(schemas.contactPut))),
  }));
  door('DELETE', '/contacts/:id', writes, ({ account, id }) => {
    contacts.deleteContact(world, account, id);
    return { status: 204 };
  });
};
