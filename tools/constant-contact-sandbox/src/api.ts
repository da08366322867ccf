import type { FastifyInstance, FastifyRequest } from 'fastify';
import { activityDoors } from './activity-doors';
import { contactDoors } from './contact-doors';
import type { Call, Door, Needs } from './door';
import { accountOf } from './oauth';
import { resourceDoors } from './resource-doors';
import { workOff } from './activities';
import { summaryQuery } from './schemas';
import { badRequest, unsupported } from './refusal';
import { valid } from './valid';
import type { World } from './world';

const checkMediaType = (request: FastifyRequest, takes: Needs['takes'] = 'json'): void => {
  if (request.method !== 'POST' && request.method !== 'PUT') return;
  const type = request.headers['content-type'] ?? '';
  const wanted = takes === 'json' ? 'application/json' : 'multipart/form-data';
  if (!type.toLowerCase().startsWith(wanted)) throw unsupported(`The payload must be ${wanted}`);
};

/** The API below `/v3`. Each endpoint checks token, scope and privilege; limits and faults come before that. */
export const apiDoors = (app: FastifyInstance, world: World): void => {
  const door: Door = (method, path, needs, handle) => {
    app.route({
      method,
      url: `/v3${path}`,
      handler: async (request, reply) => {
        const account = await accountOf(world, request.headers.authorization, needs);
        request.sandboxAccount = account.id;
        checkMediaType(request, needs.takes);
        workOff(world, account);
        const { id = '' } = request.params as { id?: string };
        const query = request.query as Call['query'];
        if (Object.values(query).some((value) => typeof value !== 'string'))
          throw badRequest('A query parameter is given twice');
        const answer = await handle({
          account,
          id,
          query,
          request,
          body: (schema) => valid(schema, request.body, world.switches),
        });
        return reply.status(answer.status ?? 200).send(answer.body);
      },
    });
  };
  accountDoors(door);
  contactDoors(door, world);
  resourceDoors(door, world);
  activityDoors(door, world);
};

const accountDoors = (door: Door): void => {
  door('GET', '/account/summary', { scope: 'account_read', privilege: 'account:read' }, ({ account, query }) => {
    const { extra_fields: extra = [] } = valid(summaryQuery, query);
    return {
      body: {
        encoded_account_id: account.id,
        organization_name: account.settings.name,
        first_name: 'Rosa',
        last_name: 'Lund',
        country_code: 'GB',
        time_zone_id: 'Europe/London',
        contact_email: `owner.${account.id}@example.com`,
        ...(extra.includes('physical_address')
          ? { physical_address: { address_line1: '1 High Street', city: 'London', country_code: 'GB' } }
          : {}),
      },
    };
  });
  door('GET', '/account/user/privileges', {}, ({ account }) => ({
    body: account.settings.privileges.map((privilege_name, index) => ({ privilege_id: index + 1, privilege_name })),
  }));
};
