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

/** One box office with its own connection and workflows, which runs a schedule apart from all others. */
export const createOffice = (world: World, schedule: Schedule, resources: Resources) => {
  const boxOfficeId = newId('boxOffice');
  const connectionId = newId('connection');
  const mark = boxOfficeId.slice(3).toLowerCase();
  const begunAt = Date.now();
  const workflowIds = schedule.workflows.map(() => newId('workflow'));
  const emailOf = (buyer: number): string => `b${buyer}.${mark}@example.com`;
  const orderIdOf = (order: number): string => `or_${mark}_${order}`;
  const eventName = (event: number): string => `Gala ${event} ${mark}`;
  let connectionVersion = 0;
  const workflowVersions = workflowIds.map(() => 0);

  const say = ({ topic, key, value }: FactMessage) => world.publish(topic, key, value);
  const listOf = (name: string): string => resources.lists.get(name) ?? '';
  const tagOf = (name: string): string => resources.tags.get(name) ?? '';

  const factOf = ({ kind }: PlannedWorkflow, number: number, status: WorkflowFact['status']): WorkflowFact =>
    aWorkflow({
      workflowId: workflowIds[number] ?? '',
      boxOfficeId,
      connectionId,
      name: kind,
      status,
      version: (workflowVersions[number] = (workflowVersions[number] ?? 0) + 1),
      activeSince: new Date(begunAt - 60 * minuteMs).toISOString(),
      filter: { eventIds: kind === 'filtered' ? ['ev_0'] : [], eventSeriesIds: [], ticketTypeIds: [] },
      lists: { fixed: kind === 'per-event' ? [] : [listOf(`list ${kind}`)], perEvent: kind === 'per-event' },
      tags: {
        fixed: [
          // A workflow that undoes must have its own tags: it does not know whether a buyer had a tag before.
          ...(kind === 'takes-back' ? [] : [tagOf('ticket-buyer')]),
          ...(kind === 'per-event' ? [] : [tagOf(`tag ${kind}`)]),
        ],
        event: kind === 'per-event',
        ticketTypes: false,
      },
      whenNotOptedIn: kind === 'everyone' ? 'ADD_WITHOUT_LIST' : 'SKIP',
      whenUnsubscribed: kind === 'asks-again' ? 'SEND_RESUBSCRIBE_EMAIL' : 'SKIP',
      onCancelledOrder: kind === 'takes-back' ? 'REMOVE_TAGS_AND_LISTS' : 'KEEP',
      whenPaused: 'WAIT',
    });

  return {
    schedule,
    boxOfficeId,
    workflowIds,
    emailOf,
    orderIdOf,
    badOrderIds: schedule.badEventsAtMs.map((_, index) => `or_bad_${mark}_${index}`),
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
    changeWorkflow: (number: number, status: WorkflowFact['status']): Promise<void> => {
      const planned = schedule.workflows[number];
      return planned ? say(workflowMessage(factOf(planned, number, status))) : Promise.resolve();
    },
    /** The contacts that the account must hold before the first order. */
    seeds: (): SandboxSeed[] =>
      schedule.buyers.flatMap((kind, buyer) => {
        const { permission, isDeleted, had } = seedOf(kind);
        if (permission === undefined) return [];
        return [
          {
            email: emailOf(buyer),
            permission_to_send: permission as SandboxSeed['permission_to_send'],
            ...(kind === 'unsubscribed' ? { opt_out_date: new Date(begunAt - 24 * 60 * minuteMs).toISOString() } : {}),
            // Days before the first order, so that an opt-in from before the deletion restores nobody.
            ...(isDeleted ? { deleted_at: new Date(begunAt - 3 * 24 * 60 * minuteMs).toISOString() } : {}),
            lists: had.lists.map(listOf),
            tags: had.tags.map(tagOf),
          },
        ];
      }),
    /** Publishes one event of an order on Kafka; a repeated call publishes the same event. */
    order: (number: number, version: number): Promise<void> => {
      const planned = schedule.orders[number];
      const at = planned?.versions[version];
      if (!planned || !at) return Promise.resolve();
      const event = anOrderEvent({
        boxOfficeId,
        // Numbered as Ticket Tailor does. All events of every other order have the same time.
        id: `wh_${mark}_${number}_${9 + version}`,
        time: new Date(
          begunAt - 30 * minuteMs + (number % 2 === 0 ? version * minuteMs : 0) + number * 1_000,
        ).toISOString(),
        type: version === 0 ? 'boxlist.order.created.v1' : 'boxlist.order.updated.v1',
        order: {
          id: orderIdOf(number),
          status: at.status,
          marketing_opt_in: optInOf[at.optIn],
          event_summary: {
            id: `ev_${planned.event}`,
            event_series_id: 'es_1',
            name: eventName(planned.event),
            start_date: { date: startDate },
          },
          buyer_details: { email: emailOf(planned.buyer), first_name: nameOf(version) },
        },
      });
      return world.publish(topics.orders.name, `${boxOfficeId}:${event.data.id}`, JSON.stringify(event));
    },
    badEvent: (number: number): Promise<void> => {
      const id = `or_bad_${mark}_${number}`;
      return world.publish(
        topics.orders.name,
        `${boxOfficeId}:${id}`,
        JSON.stringify({ specversion: '1.0', boxofficeid: boxOfficeId, data: { id, status: 'no such status' } }),
      );
    },
  };
};

export type Office = ReturnType<typeof createOffice>;
