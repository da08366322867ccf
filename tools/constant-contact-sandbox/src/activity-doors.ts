import type {} from '@fastify/multipart';
import { parse } from 'csv-parse/sync';
import type { FastifyRequest } from 'fastify';
import { queueActivity, showActivity } from './activities';
import { paged, writes, type Call, type Door } from './door';
import { withLists } from './contacts';
import { overLength } from './import-rows';
import { badRequest, notFound, unsupported } from './refusal';
import * as schemas from './schemas';
import type { ImportRow, Work } from './state';
import { valid } from './valid';
import type { World } from './world';

const mostJsonContacts = 40_000;
/** Includes the header. */
const mostCsvLines = 40_000;

/** `/activities`: starts asynchronous batches and shows their state. */
export const activityDoors = (door: Door, world: World): void => {
  door('GET', '/activities', writes, (call) => {
    const { page, links } = paged(call, schemas.activitiesQuery, ({ state }) =>
      [...call.account.activities.values()]
        .reverse()
        .map((each) => showActivity(world, each))
        .filter((each) => state === undefined || each.state === state),
    );
    return { body: { activities: page, ...links } };
  });
  door('GET', '/activities/:id', writes, ({ account, id }) => {
    const activity = account.activities.get(id);
    if (!activity) throw notFound('The activity');
    return { body: showActivity(world, activity) };
  });
  const queued = ({ account, request }: Call, work: Work, total: number, fileName?: string) => ({
    status: 201,
    body: showActivity(world, queueActivity(world, account, { work, total, fileName, path: request.url })),
  });
  for (const kind of ['taggings_add', 'taggings_remove'] as const) {
    door('POST', `/activities/contacts_${kind}`, writes, (call) => {
      const { source, tag_ids: ids } = call.body(schemas.taggings);
      return queued(call, { kind, contactIds: source.contact_ids, ids }, source.contact_ids.length);
    });
  }
  for (const kind of ['add_list_memberships', 'remove_list_memberships'] as const) {
    door('POST', `/activities/${kind}`, writes, (call) => {
      const { source, list_ids: ids } = call.body(schemas.memberships);
      return queued(call, { kind, contactIds: source.contact_ids, ids }, source.contact_ids.length);
    });
  }
  door('POST', '/activities/contacts_json_import', writes, (call) => {
    const { import_data, list_ids: listIds } = call.body(schemas.jsonImport);
    if (import_data.length > mostJsonContacts) throw badRequest(`At most ${mostJsonContacts} contacts`);
    checkRows(world, import_data);
    withLists(call.account, [], listIds);
    const rows = withinBytes(call.request, import_data, world.limits.importBytes);
    return queued(call, { kind: 'import', rows, listIds }, rows.length);
  });
  door('POST', '/activities/contacts_file_import', { ...writes, takes: 'multipart' }, async (call) => {
    const { name, content, lists } = await formOf(call.request);
    const listIds = valid(schemas.fileImportLists, lists);
    withLists(call.account, [], listIds);
    const rows = rowsOf(content, world.limits.importBytes);
    return queued(call, { kind: 'import', rows, listIds }, rows.length + 1, name);
  });
};

/** Checks the values of the whole body against the vendor's spec. Unknown names are refused unless they are ignored. */
const checkRows = ({ switches }: World, rows: readonly ImportRow[]): void => {
  for (const [index, row] of rows.entries()) {
    const unknown = Object.keys(row).find((name) => schemas.importLengthOf(name) === undefined);
    if (unknown && switches.unknownProperties === 'refused')
      throw badRequest(`import_data.${index}: Unrecognized key: "${unknown}"`);
    const long = overLength(row);
    if (long && switches.jsonImportOverLength === 'refused')
      throw badRequest(`import_data.${index}.${long}: is too long`);
  }
};

/** Drops the rows beyond the limit of bytes without an error, as the vendor does. */
const withinBytes = (request: FastifyRequest, rows: readonly ImportRow[], limit: number): ImportRow[] => {
  if (Number(request.headers['content-length'] ?? Infinity) <= limit) return [...rows];
  let size = '{"import_data":['.length;
  const over = rows.findIndex((row) => (size += Buffer.byteLength(JSON.stringify(row)) + 1) > limit);
  return over < 0 ? [...rows] : rows.slice(0, over);
};

const formOf = async (request: FastifyRequest) => {
  let file: { name: string; content: Buffer } | undefined;
  let lists: unknown;
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const content = await part.toBuffer();
      if (part.fieldname === 'file') file = { name: part.filename, content };
    } else if (part.fieldname === 'list_ids') lists = part.value;
  }
  if (!file) throw badRequest('file: is required');
  if (!/\.csv$/i.test(file.name)) throw unsupported('The file must be of type .csv');
  return { ...file, lists };
};

const csvOptions = {
  bom: true,
  skip_empty_lines: true,
  relax_column_count: true,
  relax_quotes: true,
  to: mostCsvLines,
};

/** The contacts of a CSV file. A line that the limit of bytes cuts is dropped, and so are all later ones. */
const rowsOf = (content: Buffer, limit: number): ImportRow[] => {
  const kept = content.length > limit ? content.subarray(0, content.lastIndexOf(10, limit - 1) + 1) : content;
  const [header = [], ...records] = parse(kept, csvOptions);
  const names = header.map((name) => name.trim());
  if (!names.includes('email')) throw badRequest('The file has no column email');
  const unknown = names.find((name) => schemas.importLengthOf(name) === undefined);
  if (unknown !== undefined) throw badRequest(`The file has a column that is not known: ${unknown}`);
  return records.map((values) => Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])));
};
