import type { MemoryMongo } from '@boxlist/testkit';
import type { Backfill } from '../../src/store/backfills';
import type { Office } from './history';
import type { OtherServices } from './other-services';
import type { OrderDocument } from './stored-documents';
import type { PublishedOrders, Merged } from './published-orders';

interface Outside {
  readonly mongo: MemoryMongo;
  readonly publishedOrders: PublishedOrders;
  readonly others: Pick<OtherServices, 'workflowsOf' | 'firstActive' | 'settle'>;
}

/** What organisers allow for a buyer, by the orders and workflows that sync may act on now. */
export const organisersChoices = ({ mongo, publishedOrders, others }: Outside) => {
  /** Backfills that had been cancelled when everything was settled: they create no contacts any more. */
  const over = new Set<string>();
  /**
   * Whether a workflow may create contacts for an order: the order came after the workflow, or is part of a backfill
   * that creates.
   */
  const isTaken = (key: string, workflowId: string): boolean => {
    const receivedAt = mongo.all<OrderDocument>('orders').find(({ _id }) => _id === key)?.receivedAt;
    return (
      !receivedAt ||
      receivedAt.getTime() >= others.firstActive(workflowId) ||
      mongo
        .all<Backfill>('backfills')
        .some((each) => each.workflowId === workflowId && each.mode !== 'UPDATE_EXISTING' && !over.has(each._id))
    );
  };
  const some = (office: Office, person: number, isEnough: (order: Merged, whenNotOptedIn: string) => boolean) =>
    publishedOrders
      .ofPerson(office, person)
      .some(
        (order) =>
          order.status === 'completed' &&
          others
            .workflowsOf(office)
            .some(
              ({ workflowId, status, createsContacts, whenNotOptedIn, filter: { eventIds } }) =>
                status === 'ACTIVE' &&
                createsContacts &&
                (eventIds.length === 0 || eventIds.includes(`ev_${order.event ?? ''}`)) &&
                isEnough(order, whenNotOptedIn) &&
                isTaken(order.key, workflowId),
            ),
      );
  return {
    /** Call once everything has settled. */
    settle: (): void => {
      others.settle();
      for (const { _id, status } of mongo.all<Backfill>('backfills')) if (status === 'CANCELLED') over.add(_id);
    },
    /** Whether a workflow of the box office may send resubscribe mails to unsubscribed buyers. */
    mayAsk: (office: Office): boolean =>
      others.workflowsOf(office).some(({ whenUnsubscribed }) => whenUnsubscribed === 'SEND_RESUBSCRIBE_EMAIL'),
    /** Whether the person may become a contact. */
    mayCreate: (office: Office, person: number): boolean =>
      some(
        office,
        person,
        ({ optIn }, whenNotOptedIn) => optIn === 'OPTED_IN' || whenNotOptedIn === 'ADD_WITHOUT_LIST',
      ),
    /** Whether the person may be made mailable or put on a list. */
    maySubscribe: (office: Office, person: number): boolean =>
      some(office, person, ({ optIn }) => optIn === 'OPTED_IN'),
  };
};

export type OrganisersChoices = ReturnType<typeof organisersChoices>;
