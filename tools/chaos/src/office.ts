import { newId, topics, type WorkflowFact } from '@boxlist/contracts';
import {
  aConnection,
  anEntitlement,
  anOrderEvent,
  aWorkflow,
  connectionMessage,
  entitlementMessage,
  workflowMessage,
  type FactMessage,
  type SandboxSeed,
} from '@boxlist/testkit';
import { nameOf, seedOf } from './expected';
import type { Answer, PlannedWorkflow, Schedule } from './schedule';
import type { Resources, World } from './world';

const optInOf: Readonly<Record<Answer, string | null>> = { yes: 'true', no: 'false', 'not asked': null };
const startDate = '2027-07-27';
const minuteMs = 60_000;

/** The ids and names of a box office, which no other has. */
const createNames = ({ workflows }: Schedule) => {
  const boxOfficeId = newId('boxOffice');
  const suffix = boxOfficeId.slice(3).toLowerCase();
  return {
    boxOfficeId,
    connectionId: newId('connection'),
    workflowIds: workflows.map(() => newId('workflow')),
    begunAt: Date.now(),
    emailOf: (buyer: number): string => `b${buyer}.${suffix}@example.com`,
    orderIdOf: (order: number): string => `or_${suffix}_${order}`,
    badOrderIdOf: (index: number): string => `or_bad_${suffix}_${index}`,
    eventName: (event: number): string => `Gala ${event} ${suffix}`,
    // Numbered as Ticket Tailor does.
    eventIdOf: (order: number, version: number): string => `wh_${suffix}_${order}_${9 + version}`,
  };
};

type Names = ReturnType<typeof createNames>;

const listOf = ({ lists }: Resources, name: string): string => lists.get(name) ?? '';
const tagOf = ({ tags }: Resources, name: string): string => tags.get(name) ?? '';

/** A workflow's fact without its number, status and version. */
const workflowOf = (
  names: Names,
  { kind }: PlannedWorkflow,
  resources: Resources,
): Omit<Parameters<typeof aWorkflow>[0], 'workflowId' | 'status' | 'version'> => ({
  boxOfficeId: names.boxOfficeId,
  connectionId: names.connectionId,
  name: kind,
  activeSince: new Date(names.begunAt - 60 * minuteMs).toISOString(),
  filter: { eventIds: kind === 'filtered' ? ['ev_0'] : [], eventSeriesIds: [], ticketTypeIds: [] },
  lists: { fixed: kind === 'per-event' ? [] : [listOf(resources, `list ${kind}`)], perEvent: kind === 'per-event' },
  tags: {
    fixed: [
      // A workflow that undoes must have its own tags: it does not know whether a buyer had a tag before.
      ...(kind === 'takes-back' ? [] : [tagOf(resources, 'ticket-buyer')]),
      ...(kind === 'per-event' ? [] : [tagOf(resources, `tag ${kind}`)]),
    ],
    event: kind === 'per-event',
    ticketTypes: false,
  },
  whenNotOptedIn: kind === 'everyone' ? 'ADD_WITHOUT_LIST' : 'SKIP',
  whenUnsubscribed: kind === 'asks-again' ? 'SEND_RESUBSCRIBE_EMAIL' : 'SKIP',
  onCancelledOrder: kind === 'takes-back' ? 'REMOVE_TAGS_AND_LISTS' : 'KEEP',
  whenPaused: 'WAIT',
});

const seedsOf = ({ emailOf, begunAt }: Names, { buyers }: Schedule, resources: Resources): SandboxSeed[] =>
  buyers.flatMap((kind, buyer) => {
    const { permission, isDeleted, had } = seedOf(kind);
    if (permission === undefined) return [];
    return [
      {
        email: emailOf(buyer),
        permission_to_send: permission as SandboxSeed['permission_to_send'],
        ...(kind === 'unsubscribed' ? { opt_out_date: new Date(begunAt - 24 * 60 * minuteMs).toISOString() } : {}),
        // Days before the first order, so that an opt-in from before the deletion restores nobody.
        ...(isDeleted ? { deleted_at: new Date(begunAt - 3 * 24 * 60 * minuteMs).toISOString() } : {}),
        lists: had.lists.map((name) => listOf(resources, name)),
        tags: had.tags.map((name) => tagOf(resources, name)),
      },
    ];
  });

const orderEventOf = (names: Names, schedule: Schedule, number: number, version: number) => {
  const planned = schedule.orders[number];
  const at = planned?.versions[version];
  if (!planned || !at) return undefined;
  // All events of every other order have the same time.
  const afterMs = (number % 2 === 0 ? version * minuteMs : 0) + number * 1_000;
  return anOrderEvent({
    boxOfficeId: names.boxOfficeId,
    id: names.eventIdOf(number, version),
    time: new Date(names.begunAt - 30 * minuteMs + afterMs).toISOString(),
    type: version === 0 ? 'boxlist.order.created.v1' : 'boxlist.order.updated.v1',
    order: {
      id: names.orderIdOf(number),
      status: at.status,
      marketing_opt_in: optInOf[at.optIn],
      event_summary: {
        id: `ev_${planned.event}`,
        event_series_id: 'es_1',
        name: names.eventName(planned.event),
        start_date: { date: startDate },
      },
      buyer_details: { email: names.emailOf(planned.buyer), first_name: nameOf(version) },
    },
  });
};

/** One box office with its own connection and workflows, which runs a schedule apart from all others. */
export const createOffice = (world: World, schedule: Schedule, resources: Resources) => {
  const names = createNames(schedule);
  const { boxOfficeId, connectionId, workflowIds, emailOf, orderIdOf, badOrderIdOf, eventName } = names;
  let connectionVersion = 0;
  const workflowVersions = workflowIds.map(() => 0);
  const say = ({ topic, key, value }: FactMessage) => world.publish(topic, key, value);
  const publishOrder = (id: string, event: object): Promise<void> =>
    world.publish(topics.orders.name, `${boxOfficeId}:${id}`, JSON.stringify(event));

  return {
    schedule,
    boxOfficeId,
    workflowIds,
    emailOf,
    orderIdOf,
    badOrderIds: schedule.badEventsAtMs.map((_, index) => badOrderIdOf(index)),
    /** The names that the product chooses for the list and the tag of an event. */
    namesOfEvent: (event: number) => ({
      list: `${eventName(event)} ${startDate}`,
      tag: `tt_${eventName(event).replaceAll(' ', '-')}-${startDate}`,
    }),
    activate: () => say(entitlementMessage(anEntitlement({ boxOfficeId }))),
    /** The organiser signs in, for the first time or again. */
    connect: () =>
      say(
        connectionMessage(
          aConnection({ boxOfficeId, connectionId, accountId: world.account, version: (connectionVersion += 1) }),
        ),
      ),
    changeWorkflow: async (number: number, status: WorkflowFact['status']): Promise<void> => {
      const planned = schedule.workflows[number];
      if (!planned) return;
      const version = (workflowVersions[number] = (workflowVersions[number] ?? 0) + 1);
      const fact = { ...workflowOf(names, planned, resources), workflowId: workflowIds[number] ?? '', status, version };
      await say(workflowMessage(aWorkflow(fact)));
    },
    /** The contacts that the account must hold before the first order. */
    seeds: (): SandboxSeed[] => seedsOf(names, schedule, resources),
    /** Publishes one event of an order on Kafka; a repeated call publishes the same event. */
    order: async (number: number, version: number): Promise<void> => {
      const event = orderEventOf(names, schedule, number, version);
      if (event) await publishOrder(event.data.id, event);
    },
    badEvent: (number: number): Promise<void> => {
      const id = badOrderIdOf(number);
      return publishOrder(id, { specversion: '1.0', boxofficeid: boxOfficeId, data: { id, status: 'no such status' } });
    },
  };
};

export type Office = ReturnType<typeof createOffice>;
