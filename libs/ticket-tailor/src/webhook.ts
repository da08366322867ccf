import { AppError, orderSchema, type OrderEvent } from '@boxlist/contracts';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { withoutAttendees } from './order';
import { utcOf } from './utc';

interface SignatureInput {
  /** The header `Tickettailor-Webhook-Signature`: `t=<unix seconds>,<name>=<hex>`. */
  readonly header: string | undefined;
  readonly rawBody: Buffer;
  /** The secrets of which one must have signed. More than one while a secret is being replaced. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
  /** The largest difference between the signature's time and now, in milliseconds. Default: 5 minutes. */
  readonly toleranceMs?: number;
}

/**
 * Checks Ticket Tailor's signature: an HMAC-SHA256 of the timestamp, directly followed by the raw bytes of the body.
 * Compares with every secret in constant time. Throws SIGNATURE_INVALID.
 */
export const verifySignature = ({ header, rawBody, secrets, nowMs, toleranceMs = 300_000 }: SignatureInput): void => {
  const invalid = (why: string): never => {
    throw new AppError('SIGNATURE_INVALID', why);
  };
  const parts = (header ?? '').split(',').map((part) => part.trim().split('='));
  const time = parts.find(([name]) => name === 't')?.[1] ?? '';
  const signature = parts.find(([name, value]) => name !== 't' && /^[0-9a-f]{64}$/i.test(value ?? ''))?.[1] ?? '';
  if (!/^\d{1,12}$/.test(time) || signature === '') return invalid('The signature header is missing or malformed');
  if (Math.abs(nowMs - Number(time) * 1000) > toleranceMs) return invalid('The signature is too old');
  const given = Buffer.from(signature, 'hex');
  const matches = secrets.filter((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(time).update(rawBody).digest(), given),
  );
  if (matches.length === 0)
    return invalid('The signature does not match, or this box office has not set its webhook secret');
};

const webhookSchema = z.looseObject({
  id: z.string().min(1).max(200),
  created_at: z.string().max(40),
  event: z.string(),
  payload: z.unknown(),
});

// No prototype, because an event type could have the name of an object property, such as `constructor`.
const types = {
  __proto__: null,
  'ORDER.CREATED': 'boxlist.order.created.v1',
  'ORDER.UPDATED': 'boxlist.order.updated.v1',
} as const;

/**
 * The order event of a webhook's body. Undefined for webhooks that are not about orders. Throws BAD_EVENT for an
 * invalid body.
 */
export const orderEventFrom = (body: unknown, boxOfficeId: string): OrderEvent | undefined => {
  const webhook = webhookSchema.safeParse(body);
  if (!webhook.success)
    throw new AppError(
      'BAD_EVENT',
      'The body is not a Ticket Tailor webhook: it needs id, created_at, event and payload',
    );
  const type = types[webhook.data.event as keyof typeof types] as (typeof types)[keyof typeof types] | undefined;
  if (!type) return undefined;
  const time = utcOf(webhook.data.created_at);
  if (time === undefined)
    throw new AppError('BAD_EVENT', 'created_at is not a valid time: it needs an existing date and time of day');
  const order = orderSchema.safeParse(webhook.data.payload);
  if (!order.success)
    throw new AppError(
      'BAD_EVENT',
      `The payload is not an order: ${order.error.issues
        .map(({ path }) => path.join('.'))
        .slice(0, 5)
        .join(', ')}`,
    );
  return {
    specversion: '1.0',
    id: webhook.data.id,
    source: '/ticket-tailor/webhooks',
    type,
    subject: order.data.id,
    time,
    datacontenttype: 'application/json',
    boxofficeid: boxOfficeId,
    data: withoutAttendees(order.data),
  };
};

/** What can be read from a webhook that `orderEventFrom` does not understand. */
export interface WebhookMarks {
  /** Ticket Tailor's id of the webhook, the same at each try. */
  readonly id: string | undefined;
  readonly orderId: string | undefined;
  /** Whether the webhook says that it is not about an order. */
  readonly isOfOtherKind: boolean;
}

const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const textIn = (value: unknown, shape: RegExp): string | undefined =>
  typeof value === 'string' && shape.test(value) ? value : undefined;

/** Reads what it can from a webhook without trusting it. Never throws. */
export const marksOfWebhook = (body: unknown): WebhookMarks => {
  const { id, event, payload } = object(body);
  return {
    id: textIn(id, /^[\w.:-]{1,200}$/),
    orderId: textIn(object(payload).id, /^or_[A-Za-z0-9_-]{1,77}$/),
    isOfOtherKind: typeof event === 'string' && !types[event as keyof typeof types],
  };
};
