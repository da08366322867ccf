import { z } from 'zod';

/**
 * What a person did to a box office. Actions are added and never renamed. A consumer keeps an action that it does not
 * know yet.
 */
export const auditActions = [
  'APP_ACTIVATED',
  'APP_DEACTIVATED',
  'CONNECTION_SIGNED_IN',
  'CONNECTION_DISCONNECTED',
  'CONNECTION_SETTINGS_CHANGED',
  'TICKET_TAILOR_KEY_SET',
  'TICKET_TAILOR_KEY_REMOVED',
  'WEBHOOK_SECRET_SET',
  'WEBHOOK_SECRET_REMOVED',
  'WORKFLOW_CREATED',
  'WORKFLOW_DUPLICATED',
  'WORKFLOW_UPDATED',
  'WORKFLOW_PAUSED',
  'WORKFLOW_RESUMED',
  'WORKFLOW_DELETED',
  'BACKFILL_STARTED',
  'BACKFILL_PAUSED',
  'BACKFILL_RESUMED',
  'BACKFILL_CANCELLED',
  'RETRY_STARTED',
  'RETRY_CANCELLED',
  'DEAD_LETTERS_REPLAYED',
  'DEAD_LETTERS_DISCARDED',
  'BUYER_EXPORTED',
  'BUYER_ERASED',
] as const;

/** The kinds of things that actions change. */
export const auditObjectTypes = [
  'SUBSCRIPTION',
  'CONNECTION',
  'TICKET_TAILOR_KEY',
  'WEBHOOK_SECRET',
  'WORKFLOW',
  'BACKFILL',
  'RETRY',
  'DEAD_LETTERS',
  'BUYER',
] as const;

export type AuditAction = (typeof auditActions)[number];
export type AuditObjectType = (typeof auditObjectTypes)[number];

const word = z
  .string()
  .regex(/^[A-Z][A-Z_]*$/)
  .max(80);

/**
 * One line of the audit log. Of people it holds only the opaque subject of the organiser, and of a buyer only a keyed
 * hash. It holds no secret.
 */
export const auditEntrySchema = z
  .object({
    boxOfficeId: z.string().startsWith('bo_').max(80).describe('The tenant.'),
    action: word.describe(`What was done: ${auditActions.join(', ')}. Consumers keep actions that they do not know.`),
    actor: z
      .object({
        subject: z.string().min(1).max(200).describe("The `sub` of the organiser's token, an opaque id."),
        role: z.enum(['viewer', 'manager', 'owner']).describe('The role in the token at that time.'),
      })
      .describe('Who did it.'),
    requestId: z.string().min(1).max(100).describe('The request that did it, as in the logs of the services.'),
    object: z
      .object({
        type: word.describe(`The kind of thing: ${auditObjectTypes.join(', ')}.`),
        id: z
          .string()
          .min(1)
          .max(200)
          .describe('Its id. For a BUYER the keyed hash of the e-mail address, for DEAD_LETTERS the box office.'),
      })
      .describe('The thing that the action changed or read.'),
    details: z
      .record(z.string().max(40), z.string().max(2_000))
      .describe('More about the action as names and values: ids, codes and numbers, never personal data.'),
  })
  .describe('Who did what to what, when, and by which request.');

export type AuditEntry = z.infer<typeof auditEntrySchema>;
