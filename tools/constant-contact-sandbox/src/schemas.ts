import { z } from 'zod';

// The bodies that the vendor's published spec accepts: names, lengths, counts and required members.
const text = (max: number) => z.string().max(max);
const uuid = z.guid();
const uuids = (max: number) => z.array(uuid).max(max);
const source = z.enum(['Contact', 'Account']);
const permission = z.enum(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed']);
export const emailPattern = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/;
const email = (max: number) => text(max).regex(emailPattern, 'is not a valid email address');

/** MM/DD/YYYY, YYYY/MM/DD, YYYY-MM-DD and M-D-YYYY, each with or without leading zeros. */
export const datePattern = /^(\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}[/-]\d{1,2}[/-]\d{1,2})$/;

const core = {
  first_name: text(50).optional(),
  last_name: text(50).optional(),
  job_title: text(50).optional(),
  company_name: text(50).optional(),
  birthday_month: z.number().int().min(1).max(12).optional(),
  birthday_day: z.number().int().min(1).max(31).optional(),
  anniversary: text(10).regex(datePattern, 'is not a valid date').optional(),
};
export const coreNames = Object.keys(core);
const wholeBirthday = ({
  birthday_month: month,
  birthday_day: day,
}: {
  birthday_month?: number;
  birthday_day?: number;
}) => (month === undefined) === (day === undefined);
const birthday = 'birthday_month and birthday_day must be given together';

const address = z.strictObject({
  kind: z.enum(['home', 'work', 'other']),
  street: text(255).optional(),
  city: text(50).optional(),
  state: text(50).optional(),
  postal_code: text(50).optional(),
  country: text(50).optional(),
});
const contactField = z.strictObject({
  custom_field_id: uuid,
  value: text(255).optional(),
  choice_ids: z.array(z.string()).optional(),
});
const phone = z.strictObject({
  phone_number: text(25).optional(),
  kind: z.enum(['home', 'work', 'mobile', 'other']).optional(),
});
const subresources = {
  custom_fields: z.array(contactField).max(25).optional(),
  phone_numbers: z.array(phone).max(3).optional(),
  street_addresses: z.array(address).max(3).optional(),
  list_memberships: uuids(50).optional(),
  taggings: uuids(50).optional(),
  notes: z
    .array(
      z.strictObject({ note_id: uuid.optional(), created_at: z.string().optional(), content: text(2000).optional() }),
    )
    .max(150)
    .optional(),
};

export const contactPost = z
  .strictObject({
    email_address: z.strictObject({ address: email(80), permission_to_send: permission.optional() }).optional(),
    create_source: source,
    ...core,
    ...subresources,
  })
  .refine(wholeBirthday, birthday);

/** A caller may send an e-mail address back as it read it: members that only the system sets are ignored. */
const emailPut = z.strictObject({
  address: email(80).optional(),
  permission_to_send: permission.optional(),
  opt_out_reason: text(255).optional(),
  ...Object.fromEntries(
    ['created_at', 'updated_at', 'opt_in_date', 'opt_out_source', 'opt_out_date', 'confirm_status'].map((name) => [
      name,
      z.unknown().optional(),
    ]),
  ),
});
export const contactPut = z
  .strictObject({ email_address: emailPut.optional(), update_source: source, ...core, ...subresources })
  .refine(wholeBirthday, birthday);

export const signUp = z
  .strictObject({
    email_address: email(50),
    list_memberships: uuids(50).min(1),
    phone_number: text(25).optional(),
    street_address: address.optional(),
    // The limit of one call; a contact still has at most 25.
    custom_fields: z
      .array(z.strictObject({ custom_field_id: uuid, value: text(255).optional() }))
      .max(50)
      .optional(),
    ...core,
  })
  .refine(wholeBirthday, birthday);

export const resubscribe = z.strictObject({ list_ids: z.array(uuid).min(1) });
export const listPost = z.strictObject({
  name: text(255).min(1),
  favorite: z.boolean().optional(),
  description: z.string().optional(),
});
export const tagPost = z.strictObject({ name: text(255).min(1), tag_source: z.string().optional() });
export const fieldPost = z.strictObject({
  label: text(50).min(1),
  type: text(20).min(1),
  version: z.number().int().optional(),
});

/** The largest lengths of values in an import's row; 255 for a custom field. */
const importLengths: Readonly<Record<string, number>> = {
  email: 50,
  first_name: 50,
  last_name: 50,
  job_title: 50,
  company_name: 50,
  anniversary: 10,
  birthday_month: 2,
  birthday_day: 2,
  ...Object.fromEntries(['phone', 'home_phone', 'work_phone', 'mobile_phone', 'other_phone'].map((name) => [name, 50])),
  ...Object.fromEntries(
    ['', 'home_', 'work_', 'other_'].flatMap((kind): [string, number][] => [
      [`${kind}street`, 255],
      [`${kind}street2`, 255],
      ...['city', 'state', 'zip', 'country'].map((name): [string, number] => [`${kind}${name}`, 50]),
    ]),
  ),
  sms_number: 16,
  sms_consent_date: 16,
};

/** The largest length of a value by name; undefined for a name that imports do not know. */
export const importLengthOf = (name: string): number | undefined =>
  name.startsWith('cf:') ? 255 : importLengths[name];

export const jsonImport = z.strictObject({
  import_data: z.array(z.record(z.string(), z.union([z.string(), z.number()]))).min(1),
  list_ids: uuids(50).min(1),
  sms_permission_to_send: z.enum(['not_set', 'explicit']).optional(),
});
/** The ids in a form's field, separated by commas. */
export const fileImportLists = z
  .string()
  .transform((csv) => csv.split(',').map((id) => id.trim()))
  .pipe(uuids(50).min(1));

/** Boxlist names contacts by id; the sandbox does not offer the vendor's other sources (lists, tags, all). */
const contactIds = z.strictObject({ contact_ids: uuids(500).min(1) });
const nothingExcluded = z.strictObject({ contact_ids: z.array(uuid).optional() }).optional();
export const taggings = z.strictObject({ source: contactIds, exclude: nothingExcluded, tag_ids: uuids(50).min(1) });
export const memberships = z.strictObject({ source: contactIds, exclude: nothingExcluded, list_ids: uuids(50).min(1) });

const isoDate = z
  .string()
  .refine((value) => /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value)), 'is not an ISO-8601 date')
  .transform((value) => new Date(value).toISOString());
const yesNo = z.enum(['true', 'false']).transform((value) => value === 'true');
const csvOf = <T extends z.ZodType<unknown, string>>(item: T, max = 100) =>
  z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(item).max(max));
/** The page size in a query; 50 by default. */
const limitUpTo = (max: number) =>
  z.string().regex(/^\d+$/).default('50').transform(Number).pipe(z.number().min(1).max(max));

const include = csvOf(
  z.enum(['custom_fields', 'list_memberships', 'phone_numbers', 'street_addresses', 'taggings', 'notes']),
).optional();
export const contactQuery = z.object({ include });
export const contactsQuery = z.object({
  status: csvOf(
    z.enum(['all', 'active', 'deleted', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed']),
  ).optional(),
  email: z.string().optional(),
  lists: csvOf(uuid, 25).optional(),
  tags: csvOf(uuid, 50).optional(),
  updated_after: isoDate.optional(),
  updated_before: isoDate.optional(),
  created_after: isoDate.optional(),
  created_before: isoDate.optional(),
  optout_after: isoDate.optional(),
  optout_before: isoDate.optional(),
  include,
  include_count: yesNo.optional(),
  limit: limitUpTo(500),
});
export type ContactsQuery = z.infer<typeof contactsQuery>;

export const listsQuery = z.object({
  limit: limitUpTo(1000),
  include_count: yesNo.optional(),
  include_membership_count: z.enum(['all', 'active']).optional(),
  name: z.string().optional(),
  status: csvOf(z.enum(['all', 'active', 'deleted'])).optional(),
  channel_type: z.enum(['email', 'sms']).optional(),
});
export const listQuery = z.object({ include_membership_count: z.enum(['all', 'active']).optional() });
export const tagsQuery = z.object({ limit: limitUpTo(500), include_count: yesNo.optional() });
export const fieldsQuery = z.object({ limit: limitUpTo(100) });
export const activitiesQuery = z.object({
  limit: limitUpTo(500),
  state: z.enum(['processing', 'completed', 'cancelled', 'failed', 'timed_out']).optional(),
});
export const summaryQuery = z.object({
  extra_fields: csvOf(z.enum(['physical_address', 'company_logo'])).optional(),
});
