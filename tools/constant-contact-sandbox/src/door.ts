import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { badRequest } from './refusal';
import { cursorOf, queryOf } from './search-contacts';
import type { Account } from './store';
import { valid } from './valid';

export interface Call {
  readonly account: Account;
  /** Parses the body with a schema; refuses it with 400 if it does not match. */
  readonly body: <S extends z.ZodType>(schema: S) => z.infer<S>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly id: string;
  readonly request: FastifyRequest;
}
interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}
type Handle = (call: Call) => Answer | Promise<Answer>;

export interface Needs {
  /** The scope that the token must have. */
  readonly scope?: 'contact_data' | 'account_read';
  /** The privilege that the user must have. */
  readonly privilege?: 'contacts:read' | 'contacts:write' | 'account:read';
  readonly takes?: 'json' | 'multipart';
}
export type Door = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, needs: Needs, handle: Handle) => void;

export const reads = { scope: 'contact_data', privilege: 'contacts:read' } as const;
export const writes = { scope: 'contact_data', privilege: 'contacts:write' } as const;

/** A page of items after the cursor's position, with the link to the next page if there is one. */
export const paged = <S extends z.ZodType<{ limit: number }>, T>(
  { query: given, request }: Call,
  schema: S,
  items: (query: z.infer<S>) => readonly T[],
) => {
  const { query: raw, place } = queryOf(given);
  const query = valid(schema, raw);
  const all = items(query);
  const start = Number(place || 0);
  if (!Number.isInteger(start) || start < 0) throw badRequest('cursor is not valid');
  const next = start + query.limit;
  return {
    query,
    all,
    page: all.slice(start, next),
    links: next < all.length ? nextLink(request, cursorOf(raw, String(next))) : {},
  };
};

export const nextLink = (request: FastifyRequest, cursor: string) => ({
  _links: { next: { href: `${request.url.split('?')[0]}?cursor=${cursor}` } },
});
