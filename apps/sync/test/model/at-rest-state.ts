import type { MemoryMongo } from '@boxlist/testkit';
import type { Erasure } from '../../src/store/erasures';
import { type Office, people } from './history';
import type { MemoryBus } from './memory-bus';
import type { StoredDelivery } from './stored-documents';
import { hashEmail } from './sync-process';
import { boxOfficeOf, type PublishedOrders } from './published-orders';
import type { WatchedAccounts } from './watched-accounts';

export interface Rest {
  readonly mongo: MemoryMongo;
  readonly bus: MemoryBus;
  readonly publishedOrders: PublishedOrders;
  readonly accounts: WatchedAccounts;
  readonly connectionState: (office: Office) => 'broken' | 'connected' | 'disconnected';
  readonly logLines: () => readonly string[];
  /** Persons whose contact somebody other than sync has changed too. */
  readonly touched: ReadonlySet<string>;
  /** Persons whose contact somebody at the account has created or made mailable. */
  readonly seeded: ReadonlySet<string>;
  readonly now: () => number;
  readonly problem: (text: string) => void;
}

export const isOpen = ({ readyAt }: StoredDelivery): boolean => readyAt !== null;

/** The deliveries that still exist. Of removed ones only the id is left. */
export const keptDeliveries = (mongo: MemoryMongo): StoredDelivery[] =>
  mongo.all<StoredDelivery>('deliveries').filter(({ orderKey }) => orderKey !== undefined);

export const isErased = (rest: Pick<Rest, 'mongo'>, office: Office, person: number): boolean =>
  erasedIn(rest, office).includes(person);

export const erasedIn = ({ mongo }: Pick<Rest, 'mongo'>, office: Office): number[] =>
  people.flatMap((email, person) => {
    const hash = hashEmail(boxOfficeOf(office), email);
    return mongo.all<Erasure>('erasures').some(({ _id }) => _id === hash) ? [person] : [];
  });
