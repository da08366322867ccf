import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault';
import type { Office } from './office';
import type { BuyerKind } from './schedule';
import type { World } from './world';

/** Kinds of buyers whose state after an unsubscribe is certain. */
const mayLeave: readonly BuyerKind[] = ['new', 'known', 'not-set', 'pending'];

/** What happened at a box office besides its orders. */
export interface Happened {
  /** Buyers who unsubscribed, with the number of calls that Constant Contact had received by then. */
  readonly left: Map<number, number>;
}

/** Makes one fault happen; resolves when it is over. */
export const executePlan = async (world: World, office: Office, fault: Fault, happened: Happened): Promise<void> => {
  switch (fault.kind) {
    case 'kill':
      return world.syncs.kill(fault.process, fault.downMs);
    case 'restart':
      return world.syncs.restart(fault.process);
    case 'pause':
      return world.syncs.pause(fault.process, fault.ms);
    case 'kill-server':
      return world.mayDisturb(fault.server) ? world.killServer(fault.server, fault.downMs) : undefined;
    case 'pause-server':
      return fault.server === 'sandbox' || world.mayDisturb(fault.server)
        ? world.pauseServer(fault.server, fault.ms)
        : undefined;
    case 'sandbox':
      await world.sandbox.fault(fault.fault);
      return;
    case 'day-used-up':
      await world.sandbox.fault({ kind: 'quota-exceeded', path: '/v3/' });
      await delay(fault.ms);
      return world.permits.beginNewDay();
    case 'no-tokens':
      world.door.behave(fault.how);
      await delay(fault.ms);
      return world.door.behave('given');
    case 'unsubscribe':
      return unsubscribe(world, office, fault.buyer, happened);
    case 'pause-workflow':
      await office.changeWorkflow(fault.workflow, 'PAUSED');
      await delay(fault.ms);
      return office.changeWorkflow(fault.workflow, 'ACTIVE');
  }
};

/** Does nothing if the buyer is not a contact yet: they cannot unsubscribe. */
const unsubscribe = async (world: World, office: Office, buyer: number, { left }: Happened): Promise<void> => {
  if (!mayLeave.includes(office.schedule.buyers[buyer] ?? 'held')) return;
  try {
    await world.sandbox.act(world.account, office.emailOf(buyer), 'unsubscribe');
  } catch {
    return;
  }
  left.set(buyer, (await world.sandbox.summary()).total);
};
