import { offices, people, type Office, type OrderCommand } from './history';

export const boxOfficeOf = (office: Office): string => `bo_${'ab'[office]}`;
export const connectionOf = (office: Office): string => `conn_${'ab'[office]}`;
export const workflowOf = (office: Office, workflow: number): string => `wf_${'ab'[office]}${workflow}`;
export const accounts = ['riverside', 'harbour'] as const;
const orderIdOf = (office: Office, order: number): string => `or_${'ab'[office]}${order}`;
const eventNameOf = (office: Office, event: number): string => `Gala ${event} of office-${office}-`;
export const officeOf = (id: string): Office => (id.includes('_a') ? 0 : 1);
export const personOf = (email: string): number => people.findIndex((each) => each === email);

/**
 * Matches personal data, which may be in no log and no outcome, and nowhere once a person is erased: parts of
 * addresses, names and phones.
 */
export const personal = /rosa\.|lund@|ivo\.|brandt|mia\.|soto@|Fn-|Ln-|77009\d{5}|781[- ]?55\d-?\d{4}/i;

/**
 * By order: a British phone with its country code, which no import accepts; a North American one, which imports accept;
 * and a British one as people dial it there.
 */
const phoneOf = (order: number, mark: string): string =>
  [`+4477009${mark}`, `+178155${mark}`, `077009${mark}`][order] ?? mark;

/** The values of a published order event, in the model's words. */
export interface PublishedOrder {
  readonly office: Office;
  readonly key: string;
  /** The end of the event's id. */
  readonly number: number;
  readonly time: number;
  readonly updates: boolean;
  readonly person: number | null;
  readonly optIn: 'OPTED_IN' | 'NOT_OPTED_IN' | null;
  readonly status: string;
  readonly event: number | null;
  readonly firstName: string | null;
  readonly phone: string | null;
}

/** Makes an event whose name and phone encode its box office, person, minute and order. */
export const publishedOf = (command: OrderCommand, number: number, begun: number): PublishedOrder => {
  const { office, order, at, updates, person, optIn } = command;
  const mark = `-${office}-${person ?? 'x'}-${at + 10}-${order}`;
  return {
    office,
    key: `${boxOfficeOf(office)}:${orderIdOf(office, order)}`,
    number,
    time: begun + at * 60_000,
    updates,
    person,
    optIn: optIn === null ? null : optIn === 'true' ? 'OPTED_IN' : 'NOT_OPTED_IN',
    status: command.status,
    event: command.event,
    firstName: command.names ? `Fn${mark}` : null,
    phone: command.phone ? phoneOf(order, `${office}${person ?? 9}${String(at + 10).padStart(2, '0')}${order}`) : null,
  };
};

/** The order that a first name came from, and the minute of its event. */
export const originOf = (firstName: unknown): { readonly key: string; readonly age: number } | undefined => {
  const found = /^Fn-(\d)-[\dx]-(\d+)-(\d)$/.exec(typeof firstName === 'string' ? firstName : '');
  if (!found) return undefined;
  const office: Office = found[1] === '0' ? 0 : 1;
  return { key: `${boxOfficeOf(office)}:${orderIdOf(office, Number(found[3]))}`, age: Number(found[2]) };
};

const unseen = /[\u200b\u00ad\u2060]/g;
const shapes: readonly ((email: string) => string)[] = [
  (email) => email,
  (email) => ` ${email.toUpperCase()}`,
  (email) => `${email}\u200b`,
  (email) => email.replace('@', '\u00ad@\u2060'),
];

/** An address as somebody may write it, and a text without the characters that only machines see. */
export const written = (email: string, number: number): string => shapes[number % shapes.length]!(email);
export const withoutUnseen = (text: string): string => text.replace(unseen, '');

/** The same for a phone in any format. */
export const originOfPhone = (phone: string): { readonly key: string; readonly age: number } | undefined => {
  const found = /(\d)\d(\d\d)(\d)$/.exec(phone.replace(/\D/g, ''));
  if (!found) return undefined;
  const office: Office = found[1] === '0' ? 0 : 1;
  return { key: `${boxOfficeOf(office)}:${orderIdOf(office, Number(found[3]))}`, age: Number(found[2]) };
};

/** The event as a producer writes it, often with the address in another spelling. */
export const eventJson = ({ office, key, ...published }: PublishedOrder): string => {
  const orderId = key.slice(key.indexOf(':') + 1);
  const email = published.person === null ? null : people[published.person]!;
  return JSON.stringify({
    specversion: '1.0',
    id: `evt-${published.number}`,
    source: '/model',
    type: published.updates ? 'boxlist.order.updated.v1' : 'boxlist.order.created.v1',
    subject: orderId,
    time: new Date(published.time).toISOString(),
    boxofficeid: boxOfficeOf(office),
    data: {
      object: 'order',
      id: orderId,
      status: published.status,
      marketing_opt_in: published.optIn === null ? null : published.optIn === 'OPTED_IN',
      event_summary:
        published.event === null
          ? null
          : {
              id: `ev_${published.event}`,
              name: eventNameOf(office, published.event),
              start_date: { date: '2027-02-01' },
            },
      line_items: [],
      buyer_details: {
        email: email && written(email, published.number),
        first_name: published.firstName,
        last_name: published.firstName?.replace('Fn', 'Ln') ?? null,
        phone: published.phone,
      },
    },
  });
};

type Field = 'person' | 'optIn' | 'status' | 'event' | 'firstName' | 'phone';
export type Merged = Pick<PublishedOrder, Field | 'key'> & { readonly placedAt: number };

const isFinal = ({ status }: PublishedOrder): boolean => status !== 'pending';

/**
 * At the same time, an update is newer than a creation, and a final status is newer than `pending`; otherwise the ids
 * decide.
 */
const isNewer = (a: PublishedOrder, b: PublishedOrder): boolean => {
  if (a.time !== b.time) return a.time > b.time;
  if (a.updates !== b.updates) return a.updates;
  return isFinal(a) === isFinal(b) ? a.number > b.number : isFinal(a);
};

/** An order merged from its events: the newest value of each field. Undefined without events. */
export const mergedOf = (events: readonly PublishedOrder[]): Merged | undefined => {
  if (events.length === 0) return undefined;
  const newest = (field: Field): PublishedOrder[Field] =>
    events.reduce<PublishedOrder | undefined>(
      (best, each) => (each[field] !== null && (!best || isNewer(each, best)) ? each : best),
      undefined,
    )?.[field] ?? null;
  return {
    key: events[0]!.key,
    person: newest('person') as PublishedOrder['person'],
    optIn: newest('optIn') as PublishedOrder['optIn'],
    status: newest('status') as PublishedOrder['status'],
    event: newest('event') as PublishedOrder['event'],
    firstName: newest('firstName') as PublishedOrder['firstName'],
    phone: newest('phone') as PublishedOrder['phone'],
    placedAt: Math.min(...events.map(({ time }) => time)),
  };
};

/** All published order events, and the states that sync may still be working with. */
export const createPublishedOrders = () => {
  const events = new Map<string, PublishedOrder[]>();
  /** The number of each order's events when everything was last settled: earlier states are no longer in use. */
  const settled = new Map<string, number>();
  const statesOf = (key: string): Merged[] => {
    const all = events.get(key) ?? [];
    const from = settled.get(key) ?? 0;
    const states: Merged[] = [];
    for (let count = Math.max(1, from); count <= all.length; count += 1) states.push(mergedOf(all.slice(0, count))!);
    return states;
  };
  return {
    add: (published: PublishedOrder): void => {
      const known = events.get(published.key);
      if (known) known.push(published);
      else events.set(published.key, [published]);
    },
    keys: (): string[] => [...events.keys()],
    of: (key: string): readonly PublishedOrder[] => events.get(key) ?? [],
    settle: (): void => {
      for (const [key, all] of events) settled.set(key, all.length);
    },
    /** The states of a person's orders at a box office that sync may act on now. */
    ofPerson: (office: Office, person: number): Merged[] =>
      [...events.keys()]
        .filter((key) => key.startsWith(`${boxOfficeOf(office)}:`))
        .flatMap(statesOf)
        .filter((state) => state.person === person),
  };
};

export type PublishedOrders = ReturnType<typeof createPublishedOrders>;
export { offices };
