import type { z } from 'zod';
import { badRequest } from './refusal';
import type { Switches } from './switches';

const messageOf = (issues: readonly z.core.$ZodIssue[]): string =>
  issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ');

/** The body without the properties that the schema does not know. */
const without = (body: unknown, issues: readonly z.core.$ZodIssue[]): unknown => {
  const copy: unknown = structuredClone(body);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let holder = copy as Record<PropertyKey, unknown>;
    for (const step of issue.path) holder = holder[step] as Record<PropertyKey, unknown>;
    for (const key of issue.keys) delete holder[key];
  }
  return copy;
};

/** The parsed body or query; throws the vendor's refusal if it is invalid. */
export const valid = <S extends z.ZodType>(schema: S, given: unknown, switches?: Switches): z.infer<S> => {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const unknownOnly = issues.every(({ code }) => code === 'unrecognized_keys');
  if (unknownOnly && switches?.unknownProperties === 'ignored') return valid(schema, without(given, issues));
  throw badRequest(messageOf(issues));
};
