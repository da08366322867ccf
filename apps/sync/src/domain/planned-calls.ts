import { importLimits, type CcImportRow, type CcNewContact, type CcSignUp } from '@boxlist/constant-contact';
import { chunk } from 'es-toolkit';
import type { DesiredState } from './desired-state';
import type { Details } from './map-buyer';

interface ForOne {
  readonly email: string;
  readonly deliveryIds: readonly string[];
}
export interface ImportLine extends ForOne {
  readonly row: CcImportRow;
  /** Custom fields, whose columns need the fields' names. */
  readonly fields: DesiredState['fields'];
  /**
   * An import cannot do all of the work, and Constant Contact may not know the contact yet. sync looks at the contact
   * again after the import.
   */
  readonly needsMore: boolean;
  /** The import creates a contact with implicit permission, which is to become explicit later. */
  readonly upgrades: boolean;
  readonly detailsMark: string;
}
/** A phone that a contact lacks and imports do not accept. The contact is looked up and written as a whole. */
export interface PhoneLine extends ForOne {
  readonly phone: string;
  /** The desired state of the delivery whose order has the phone. */
  readonly desired: DesiredState;
  /**
   * All desired details. An import may be bringing them, so the write includes them and does not overwrite them with
   * older ones.
   */
  readonly details: Details;
  /** Waits for calls that other work leaves over. */
  readonly isLater: boolean;
}
export interface TagMember extends ForOne {
  /** Absent when an earlier call of this plan creates the contact. */
  readonly contactId?: string;
}

/** A line of an import, with the lists to add. */
export interface Listed {
  readonly line: ImportLine;
  readonly listIds: readonly string[];
}
/** A contact, with the tags to add. */
export interface Tagged {
  readonly member: TagMember;
  readonly tagIds: readonly string[];
}

interface MayRestore {
  /** The id of the deleted contact that the call restores. */
  readonly restores?: string;
}

/** One call to Constant Contact, with the deliveries that it serves. */
export type PlannedCall =
  | ({ readonly kind: 'create'; readonly contact: CcNewContact; readonly detailsMark: string } & ForOne)
  | ({ readonly kind: 'sign-up'; readonly contact: CcSignUp; readonly detailsMark: string } & ForOne & MayRestore)
  | ({
      readonly kind: 'put';
      readonly contactId: string;
      readonly contact: Readonly<Record<string, unknown>>;
      readonly detailsMark: string;
    } & ForOne &
      MayRestore)
  | ({ readonly kind: 'resubscribe'; readonly contactId: string; readonly listIds: readonly string[] } & ForOne)
  | {
      readonly kind: 'import';
      readonly lines: readonly ImportLine[];
      readonly listIds: readonly string[];
      /** Many rows go as a file, which is smaller; all of its rows have the same columns. */
      readonly asFile: boolean;
    }
  | ({ readonly kind: 'phone' } & PhoneLine)
  | { readonly kind: 'tag'; readonly members: readonly TagMember[]; readonly tagIds: readonly string[] };

/** Constant Contact's limits. */
const mostTaggedAtOnce = 500;
const mostTagsAtOnce = 50;
const mostListsAtOnce = 50;
/** More rows than this go as a file. */
const mostRowsAsJson = 500;
/** The bytes of the header, the lists and the form around a file. */
const fileOverhead = 10_000;

/**
 * Groups lines into imports. An import adds all of its rows to the same lists. Many rows go as files within Constant
 * Contact's limits.
 */
export const sharedImports = (wanted: readonly Listed[]): PlannedCall[] => {
  const groups = new Map<string, { lines: ImportLine[]; listIds: readonly string[] }>();
  for (const { line, listIds } of wanted) {
    const key = [...listIds].sort().join();
    const group = groups.get(key) ?? { lines: [], listIds: listIds.slice(0, mostListsAtOnce) };
    group.lines.push(line);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ lines, listIds }): PlannedCall[] =>
    lines.length <= mostRowsAsJson
      ? [{ kind: 'import', lines, listIds, asFile: false }]
      : filesOf(lines).map((some) => ({ kind: 'import', lines: some, listIds, asFile: true })),
  );
};

/** Lines with the same columns, split to the size of a file. */
const filesOf = (lines: readonly ImportLine[]): ImportLine[][] => {
  const byColumns = new Map<string, ImportLine[]>();
  for (const line of lines) {
    const columns = [...Object.keys(line.row), ...line.fields.map(({ customFieldId }) => customFieldId)].sort().join();
    const group = byColumns.get(columns) ?? [];
    group.push(line);
    byColumns.set(columns, group);
  }
  return [...byColumns.values()].flatMap((group) => {
    const files: ImportLine[][] = [];
    let bytes = Infinity;
    for (const line of group) {
      const size = bytesOf(line);
      const last = files.at(-1);
      if (!last || last.length >= importLimits.csvContacts || bytes + size > importLimits.bytes - fileOverhead) {
        files.push([line]);
        bytes = size;
      } else {
        last.push(line);
        bytes += size;
      }
    }
    return files;
  });
};

/** The greatest size of a line in a file: its values, each with quotes, inner quotes doubled, and a comma. */
const bytesOf = ({ row, fields }: ImportLine): number =>
  [...Object.values(row), ...fields.map(({ value }) => value)].reduce(
    (sum, value) => sum + Buffer.byteLength(value) + (value.match(/"/g)?.length ?? 0) + 3,
    2,
  );

/** Groups contacts into tag batches. A batch adds the same tags to all of its contacts. */
export const sharedTags = (wanted: readonly Tagged[]): PlannedCall[] => {
  const groups = new Map<string, { members: TagMember[]; tagIds: readonly string[] }>();
  for (const { member, tagIds } of wanted)
    for (const some of chunk(tagIds, mostTagsAtOnce)) {
      const key = [...some].sort().join();
      const group = groups.get(key) ?? { members: [], tagIds: some };
      group.members.push(member);
      groups.set(key, group);
    }
  return [...groups.values()].flatMap(({ members, tagIds }) =>
    chunk(members, mostTaggedAtOnce).map((some) => ({ kind: 'tag' as const, members: some, tagIds })),
  );
};
