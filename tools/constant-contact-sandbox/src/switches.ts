import { z } from 'zod';

const whole = (fallback: number) => z.number().int().min(0).default(fallback);

/**
 * Behaviour that no source settles, or that an account or application can set either way. Each default is the best
 * documented behaviour, or else the one that demands most of the client.
 */
export const switchesSchema = z.strictObject({
  refreshTokens: z.enum(['rotating', 'long-lived']).default('rotating'),
  pkceWithSecret: z.enum(['accepted', 'refused']).default('accepted'),
  deniedRedirects: z.boolean().default(true),
  invalidGrantStatus: z.union([z.literal(400), z.literal(401)]).default(400),
  invalidClientStatus: z.union([z.literal(400), z.literal(401)]).default(401),
  accessTokenSeconds: whole(86_400),
  applicationDeactivated: z.boolean().default(false),
  error429Shape: z.enum(['array', 'object']).default('array'),
  error403Shape: z.enum(['array', 'object']).default('object'),
  unknownProperties: z.enum(['refused', 'ignored']).default('refused'),
  signUpFormResubscribes: z.boolean().default(true),
  signUpFormOnPending: z.enum(['explicit', 'unchanged']).default('explicit'),
  signUpFormOnHold: z.enum(['explicit', 'unchanged']).default('explicit'),
  signUpFormBusyMs: whole(0),
  putResubscribesWithoutPermission: z.boolean().default(false),
  deletedCarryOptOut: z.boolean().default(false),
  deletedAt: z.enum(['date', 'date-time']).default('date'),
  importForeignPhones: z.enum(['dropped', 'refused', 'stored']).default('dropped'),
  importEmptyValues: z.enum(['blank', 'kept']).default('blank'),
  importRestoresDeleted: z.boolean().default(true),
  jsonImportOverLength: z.enum(['refused', 'row-error']).default('refused'),
  activityErrors: z.enum(['strings', 'objects']).default('strings'),
  activityMs: whole(300),
  activityMsPerItem: z.number().min(0).default(0),
});

export type Switches = z.infer<typeof switchesSchema>;
export const defaultSwitches = (): Switches => switchesSchema.parse({});
