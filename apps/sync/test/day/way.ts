import type { Limits } from '../../src/domain/ledger';
import type { Order, Load } from './load';
import type { Account } from './account';
import type { VirtualTime } from './virtual-time';

/** The day in which a way of working stands. */
export interface World {
  readonly time: VirtualTime;
  readonly limits: Limits;
  readonly load: Load;
  readonly accounts: ReadonlyMap<string, Account>;
  /** The call has its permit: resolves when Constant Contact has answered. */
  readonly answer: () => Promise<void>;
  /** A call for this kind of orders was refused, for the day has none left. */
  readonly refused: (kind: Order['kind']) => void;
  readonly done: (order: Order) => void;
}

/** A way of working off the day's orders. */
export interface Way {
  /** An order came. */
  readonly take: (order: Order) => void;
}

export const accountOf = ({ accounts }: Pick<World, 'accounts'>, { office }: Order): Account => {
  const account = accounts.get(office.id);
  if (!account) throw new Error(`Box office ${office.id} has no account`);
  return account;
};
