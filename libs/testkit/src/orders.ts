import { topics } from '@boxlist/contracts';
import { createEventBus, type KafkaSecurity } from '@boxlist/event-bus';
import { randomUUID } from 'node:crypto';

type Json = Record<string, unknown>;

/** A Ticket Tailor order with sensible values. `given` replaces values. */
export const anOrder = (given: Json & { id?: string } = {}): Json & { id: string } => {
  const { buyer_details, ...rest } = given;
  return {
    object: 'order',
    id: `or_${randomUUID().slice(0, 12)}`,
    status: 'completed',
    created_at: Math.floor(Date.now() / 1000),
    marketing_opt_in: 'true',
    event_summary: { id: 'ev_1', event_series_id: 'es_1', name: 'Food Festival', start_date: { date: '2027-07-27' } },
    line_items: [{ id: 'li_1', type: 'ticket', item_id: 'tt_1', description: 'Day ticket', quantity: 1 }],
    ...rest,
    buyer_details: {
      email: 'buyer@example.com',
      first_name: 'Ada',
      last_name: 'Example',
      name: 'Ada Example',
      phone: null,
      address: { address_1: '1 Example Street', address_2: null, address_3: null, postal_code: 'EX1 1EX' },
      custom_questions: [],
      ...(buyer_details as Json | undefined),
    },
  };
};

export interface OrderEventInput {
  readonly boxOfficeId: string;
  readonly order?: Json & { id?: string };
  readonly id?: string;
  readonly time?: string;
  readonly type?: string;
}

/** An event on `orders.v1`, in the form in which a producer writes it. */
export const anOrderEvent = ({ boxOfficeId, order, id, time, type = 'boxlist.order.created.v1' }: OrderEventInput) => {
  const data = anOrder(order);
  return {
    specversion: '1.0',
    id: id ?? `wh_${randomUUID()}`,
    source: '/testkit',
    type,
    subject: data.id,
    time: time ?? new Date().toISOString(),
    datacontenttype: 'application/json',
    boxofficeid: boxOfficeId,
    data,
  };
};

export type OrderEventJson = ReturnType<typeof anOrderEvent>;

/** Publishes order events to Kafka under the key of their contract. Resolves once the broker has them. */
export const produceOrders = async (
  brokers: string,
  events: readonly OrderEventJson[],
  topicPrefix = '',
  security?: KafkaSecurity,
): Promise<void> => {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const bus = createEventBus({
    brokers: brokers.split(','),
    clientId: 'order-producer',
    topicPrefix,
    security,
    log: quiet,
  });
  try {
    await bus.publish(
      topics.orders.name,
      events.map((event) => ({
        key: `${event.boxofficeid}:${event.data.id}`,
        value: JSON.stringify(event),
        headers: { 'content-type': 'application/cloudevents+json' },
      })),
    );
  } finally {
    await bus.close();
  }
};
