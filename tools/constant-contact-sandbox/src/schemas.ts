import { z } from 'zod';

// What the vendor's published spec takes for each body: names, lengths, counts and required members.
const text = (max: number) => z.string().max(max);
const uuid = z.guid();
const address = z.object({
  kind: z.enum(['home', 'work', 'other']),
  street: text(255).optional(),
  city: text(50).optional(),
  state: text(50).optional(),
  postal_code: text(50).optional(),
  country: text(50).optional(),
});
const email = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/);
const core = {
  first_name: text(50).optional(),
  last_name: text(50).optional(),
  job_title: text(50).optional(),
  company_name: text(50).optional(),
  birthday_month: z.number().int().min(1).max(12).optional(),
  birthday_day: z.number().int().min(1).max(31).optional(),
  anniversary: text(10).optional(),
};
export const coreNames = Object.keys(core);
const customField = z.object({ custom_field_id: uuid, value: text(255).optional() });
const subresources = {
  custom_fields: z.array(customField).max(25).optional(),
  phone_numbers: z
    .array(z.object({ phone_number: text(25), kind: z.enum(['home', 'work', 'mobile', 'other']).optional() }))
    .max(3)
    .optional(),
  street_addresses: z.array(address).max(3).optional(),
  list_memberships: z.array(uuid).max(50).optional(),
  taggings: z.array(uuid).max(50).optional(),
  notes: z
    .array(z.object({ content: text(2000) }))
    .max(150)
    .optional(),
};
const permission = z.enum(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed']);
const source = z.enum(['Contact', 'Account']);

export const contactPost = z.object({
  email_address: z.object({ address: email(80), permission_to_send: permission.optional() }).optional(),
  create_source: source,
  ...core,
  ...subresources,
});
export const contactPut = z.object({
  email_address: z.object({ address: email(80), permission_to_send: permission.optional() }).optional(),
  update_source: source,
  ...core,
  ...subresources,
});
export const signUp = z.object({
  email_address: email(50),
  list_memberships: z.array(uuid).min(1).max(50),
  phone_number: text(25).optional(),
  street_address: address.optional(),
  custom_fields: z.array(customField).max(50).optional(),
  ...core,
});
export const resubscribe = z.object({ list_ids: z.array(uuid).min(1) });
export const listPost = z.object({
  name: z.string().min(1).max(255),
  favorite: z.boolean().optional(),
  description: z.string().optional(),
});
export const tagPost = z.object({ name: z.string().min(1).max(255), tag_source: z.string().optional() });
export const fieldPost = z.object({
  label: z.string().min(1).max(50),
  type: z.enum(['string', 'date', 'number', 'boolean', 'datetime', 'currency', 'text_area']),
});
export const jsonImport = z.object({
  import_data: z.array(z.record(z.string(), z.union([z.string(), z.number()]))).min(1),
  list_ids: z.array(uuid).min(1).max(50),
});
export const importLists = z.array(uuid).min(1).max(50);
export const taggings = z.object({
  source: z.object({ contact_ids: z.array(uuid).min(1).max(500) }),
  tag_ids: z.array(uuid).min(1).max(50),
});
export const memberships = z.object({
  source: z.object({ contact_ids: z.array(uuid).min(1).max(500) }),
  list_ids: z.array(uuid).min(1).max(50),
});
export const importLengths: Readonly<Record<string, number>> = {
  email: 50,
  first_name: 50,
  last_name: 50,
  job_title: 50,
  company_name: 50,
  phone: 50,
  street: 255,
  city: 50,
  state: 50,
  zip: 50,
  country: 50,
};
