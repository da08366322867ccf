import { AppError } from '@boxlist/contracts';
import { stringify } from 'csv-stringify/sync';
import { FormData } from 'undici';
import type { CcImportRow } from './bodies';

/**
 * The limits of one import. The vendor silently drops the excess, so Boxlist refuses a larger import before it sends
 * it. "4 MB" may mean two sizes; the smaller one counts here.
 */
export const importLimits = { jsonContacts: 40_000, csvContacts: 39_999, bytes: 4_000_000, lists: 50 } as const;

const notTaken = (message: string) => new AppError('REJECTED_BY_CONSTANT_CONTACT', message);

const checked = (bytes: number, contacts: number, most: number): void => {
  if (contacts === 0) throw notTaken('An import needs at least one contact');
  if (contacts > most) throw notTaken(`An import can hold at most ${most} contacts`);
  if (bytes > importLimits.bytes) throw notTaken(`An import can hold at most ${importLimits.bytes} bytes`);
};

/** The body of a JSON import. Throws REJECTED_BY_CONSTANT_CONTACT if it exceeds `importLimits` or has no row. */
export const jsonImport = (rows: readonly CcImportRow[], listIds: readonly string[]) => {
  const body = { import_data: rows, list_ids: listIds };
  checked(Buffer.byteLength(JSON.stringify(body)), rows.length, importLimits.jsonContacts);
  return body;
};

/** Rows as CSV. All rows must have the same columns, because an empty cell could erase a value of the contact. */
const csvOf = (rows: readonly CcImportRow[]): string => {
  const columns = Object.keys(rows[0] ?? {});
  const isLike = (row: CcImportRow): boolean =>
    Object.keys(row).length === columns.length && columns.every((name) => row[name] !== undefined && row[name] !== '');
  if (!rows.every(isLike)) throw notTaken('The rows of the import file have different columns');
  return stringify(rows as CcImportRow[], { header: true, columns });
};

/**
 * The form of a file import. Throws REJECTED_BY_CONSTANT_CONTACT if it exceeds `importLimits`, has no row, or its
 * rows have different columns.
 */
export const fileImport = (fileName: string, rows: readonly CcImportRow[], listIds: readonly string[]): FormData => {
  const csv = csvOf(rows);
  // The form itself also counts: about a thousand bytes, and the list ids.
  checked(Buffer.byteLength(csv) + 1_000 + listIds.length * 37, rows.length, importLimits.csvContacts);
  const form = new FormData();
  form.set('list_ids', listIds.join(','));
  form.set('file', new Blob([csv], { type: 'text/csv' }), fileName);
  return form;
};
