import { AppError, orderSchema, type OrderEvent } from '@boxlist/contracts';
import { Pool } from 'undici';
import { z } from 'zod';
import { withoutAttendees } from './order';

/** An order from Ticket Tailor's API, without attendees, notes and payment details. */
export interface ApiOrder {
  readonly order: OrderEvent['data'];
  readonly createdAt: Date;
}

export interface OrdersQuery {
  /** Id of the last order of the previous page, `or_…`. */
  readonly startingAfter?: string;
  /** Only orders created at this time or later; whole seconds. */
  readonly createdFrom?: Date;
  /** Only orders created at this time or earlier; whole seconds. */
  readonly createdTo?: Date;
  /** 1 to 100; the default is 100. */
  readonly limit?: number;
}

export interface OrdersPage {
  /** Newest first. */
  readonly orders: readonly ApiOrder[];
  /** The number of orders on the page that could not be understood. They are skipped. */
  readonly unreadable: number;
  /** `startingAfter` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

const pageAnswer = z.object({
  data: z.array(z.looseObject({ id: z.string().regex(/^or_\w{1,60}$/) })),
  links: z.object({ next: z.string().nullish() }),
});
const apiOrder = z.object({ created_at: z.number().int().positive().max(8_640_000_000_000) });

const ordersPath = ({ startingAfter, createdFrom, createdTo, limit = 100 }: OrdersQuery): string => {
  const query = new URLSearchParams({ limit: String(limit) });
  const seconds = (time: Date): string => String(Math.floor(time.getTime() / 1000));
  if (createdFrom) query.set('created_at.gte', seconds(new Date(createdFrom.getTime() + 999)));
  if (createdTo) query.set('created_at.lte', seconds(createdTo));
  if (startingAfter) query.set('starting_after', startingAfter);
  return `/v1/orders?${query.toString()}`;
};

const defaultWaitMs = 60_000;
const longestWaitMs = 3_600_000;

/**
 * The wait in milliseconds that a `Retry-After` header asks for, in seconds or as a date. It is at least a second, at
 * most an hour, and a minute if the header is unusable.
 */
const retryAfterMs = (header: string | undefined, nowMs: number): number => {
  const text = header?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.min(longestWaitMs, Math.max(1_000, ms)) : defaultWaitMs;
};

/**
 * Turns an unsuccessful answer into an AppError whose code says what to do. It keeps no text of the answer, which may
 * contain an e-mail address.
 */
const failureOf = (status: number, retryAfter: string | undefined): AppError => {
  const details = { status, call: 'GET /v1/orders' };
  if (status === 401 || status === 403)
    return new AppError('UNAUTHORIZED_AT_TICKET_TAILOR', 'Ticket Tailor did not accept the API key', details);
  if (status === 429)
    return new AppError('RATE_LIMITED', 'Ticket Tailor asks Boxlist to slow down', details, {
      retryAfterMs: retryAfterMs(retryAfter, Date.now()),
    });
  return status >= 500 || status === 408
    ? new AppError('TICKET_TAILOR_UNAVAILABLE', `Ticket Tailor answered ${status}`, details)
    : new AppError('REJECTED_BY_TICKET_TAILOR', `Ticket Tailor refused the call (${status})`, details);
};

/** Parses a page from the text of an answer. Undefined if it is not a page. */
const pageOf = (text: string): OrdersPage | undefined => {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  const answer = pageAnswer.safeParse(raw);
  if (!answer.success) return undefined;
  const { data, links } = answer.data;
  const orders = data.flatMap((each): ApiOrder[] => {
    const order = orderSchema.safeParse(each);
    const times = apiOrder.safeParse(each);
    return order.success && times.success
      ? [{ order: withoutAttendees(order.data), createdAt: new Date(times.data.created_at * 1000) }]
      : [];
  });
  return { orders, unreadable: data.length - orders.length, next: links.next ? data.at(-1)?.id : undefined };
};

/**
 * The part of Ticket Tailor's API that Boxlist uses: reading orders. Each call makes exactly one HTTP call and takes
 * the box office's API key, which appears in no error. Failures are AppErrors:
 *
 * - UNAUTHORIZED_AT_TICKET_TAILOR (401, 403): another key is needed.
 * - RATE_LIMITED with `retryAfterMs` (429).
 * - REJECTED_BY_TICKET_TAILOR (any other 4xx except 408): never send it again.
 * - TICKET_TAILOR_UNAVAILABLE (no answer, 408, 5xx, or an unreadable answer): try again later.
 */
export const createTicketTailor = ({ apiUrl, timeoutMs = 20_000 }: { apiUrl: string; timeoutMs?: number }) => {
  const base = new URL(apiUrl);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: 4,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  });
  return {
    close: (): Promise<void> => pool.close(),
    /** A page of orders, newest first, in a sequence that is stable while new orders arrive. */
    ordersPage: async (apiKey: string, query: OrdersQuery = {}): Promise<OrdersPage> => {
      let status: number;
      let text: string;
      let retryAfter: string | undefined;
      try {
        const response = await pool.request({
          method: 'GET',
          path: `${prefix}${ordersPath(query)}`,
          headers: {
            authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
            accept: 'application/json',
          },
          signal: AbortSignal.timeout(timeoutMs),
        });
        status = response.statusCode;
        retryAfter = [response.headers['retry-after']].flat()[0];
        text = await response.body.text();
      } catch (error) {
        throw new AppError(
          'TICKET_TAILOR_UNAVAILABLE',
          'Ticket Tailor did not answer',
          { call: 'GET /v1/orders' },
          { cause: error instanceof Error ? new Error(error.name) : undefined },
        );
      }
      if (status < 200 || status > 299) throw failureOf(status, retryAfter);
      const page = pageOf(text);
      if (page) return page;
      throw new AppError('TICKET_TAILOR_UNAVAILABLE', 'Boxlist could not read the answer from Ticket Tailor', {
        status,
        call: 'GET /v1/orders',
      });
    },
  };
};

export type TicketTailor = ReturnType<typeof createTicketTailor>;
