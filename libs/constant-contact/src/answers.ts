import { z } from 'zod';

// The vendor's spec guarantees hardly any field of an answer. The schemas require the fields that Boxlist needs; all
// others may be absent or null.

const permission = z
  .enum(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed'])
  .catch('temp_hold');
const text = z.string().nullish();
const count = z.number().nullish();

/** An array that the vendor may leave out or send as null. */
const arrayOf = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

const contactSchema = z.looseObject({
  contact_id: z.string(),
  email_address: z.looseObject({
    address: z.string(),
    // An unknown permission counts as `temp_hold`, so Boxlist does not mail the contact.
    permission_to_send: permission,
    opt_out_date: text,
  }),
  first_name: text,
  last_name: text,
  job_title: text,
  company_name: text,
  birthday_month: count,
  birthday_day: count,
  anniversary: text,
  updated_at: text,
  /** A date or a moment. */
  deleted_at: text,
  list_memberships: arrayOf(z.string()),
  taggings: arrayOf(z.string()),
  custom_fields: arrayOf(
    z.looseObject({ custom_field_id: z.string(), value: text, choice_ids: z.array(z.string()).nullish() }),
  ),
  phone_numbers: arrayOf(z.looseObject({ phone_number: text, kind: text })),
  street_addresses: arrayOf(
    z.looseObject({ kind: text, street: text, city: text, state: text, postal_code: text, country: text }),
  ),
});

/**
 * A contact that has only a name or a phone number. Boxlist knows people by e-mail address, so it skips these
 * contacts.
 */
const nameless = z.looseObject({ email_address: z.null().optional() }).transform(() => undefined);
const contacts = arrayOf(z.union([contactSchema, nameless])).transform((items) =>
  items.filter((each) => each !== undefined),
);

const link = z.looseObject({ href: text, next: z.looseObject({ href: text }).nullish() });
/**
 * The path of the next page. The vendor may wrap the link of the tags twice, and each level may be null on the last
 * page.
 */
const next = {
  _links: z
    .looseObject({ next: link.nullish() })
    .nullish()
    .transform((links) => links?.next?.href ?? links?.next?.next?.href ?? undefined),
};

export const listSchema = z.looseObject({
  list_id: z.string(),
  name: z.string(),
  membership_count: count,
  deleted_at: text,
});
export const tagSchema = z.looseObject({ tag_id: z.string(), name: z.string() });
const fieldSchema = z.looseObject({
  custom_field_id: z.string(),
  label: z.string(),
  name: text,
  type: z.string(),
});
export const activitySchema = z.looseObject({
  activity_id: z.string(),
  state: z.string(),
  created_at: text,
  completed_at: text,
  /** The name of the imported file. It identifies an import whose answer was lost. */
  source_file_name: text,
  percent_done: count,
  /** Strings, or objects with a `message`. */
  activity_errors: arrayOf(z.unknown()),
  status: z
    .looseObject({
      items_total_count: count,
      items_completed_count: count,
      person_count: count,
      error_count: count,
      correctable_count: count,
      cannot_add_to_list_count: count,
      list_count: count,
    })
    .nullish(),
});

export const contactsAnswer = z.looseObject({ contacts, contacts_count: count, ...next });
export const listsAnswer = z.looseObject({ lists: arrayOf(listSchema), ...next });
export const tagsAnswer = z.looseObject({ tags: arrayOf(tagSchema), ...next });
export const fieldsAnswer = z.looseObject({ custom_fields: arrayOf(fieldSchema), ...next });
export const activitiesAnswer = z.looseObject({ activities: arrayOf(activitySchema), ...next });
export const summaryAnswer = z.looseObject({
  encoded_account_id: z.string(),
  organization_name: text,
  country_code: text,
});
export const privilegesAnswer = z
  .array(z.looseObject({ privilege_name: text }))
  .transform((all) => all.flatMap(({ privilege_name: name }) => (name ? [{ privilege_name: name }] : [])));
export const contactAnswer = z.looseObject({ contact_id: z.string() });
export const signUpAnswer = z.looseObject({ contact_id: z.string(), action: text });

/** Accepts any body, or none. The caller needs only the status of the call. */
export const nothing = z.unknown();

export type CcContact = z.infer<typeof contactSchema>;
export type CcList = z.infer<typeof listSchema>;
export type CcTag = z.infer<typeof tagSchema>;
export type CcCustomField = z.infer<typeof fieldSchema>;
export type CcActivity = z.infer<typeof activitySchema>;
