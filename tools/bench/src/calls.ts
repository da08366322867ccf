import { callOneByOne } from './rivals/call-one-by-one';
import { line, type Line } from './table';
import type { BenchWorld } from './world';

const buyers = 1_000;
/** A different number for each buyer. */
const phone = (start: string, index: number): string => `${start}${String(index).padStart(4, '0')}`;
const kinds = {
  'all new': { known: 0, connection: {}, aim: 1_060 },
  'half already contacts': { known: buyers / 2, connection: {}, aim: 1_600 },
  // Each new foreign phone costs a look-up and a write of its contact.
  'half already contacts, each with a new foreign phone number': {
    known: buyers / 2,
    connection: {},
    aim: undefined,
    phone: '+44 20 7946 ',
  },
  'half already contacts, each with a new North American phone number': {
    known: buyers / 2,
    connection: {},
    aim: 1_600,
    phone: '+1 781 555 ',
  },
  'half already contacts, all with their known phone number': {
    known: buyers / 2,
    connection: {},
    aim: 1_600,
    phone: '+44 20 7946 ',
    has: '+442079460500',
  },
  'all new, confirmed opt-in': { known: 0, connection: { optInRoute: 'CONFIRM' }, aim: undefined },
  'calls scarce, import allowed': { known: 0, connection: { whenQuotaIsScarce: 'IMPORT' }, aim: 120 },
} as const;

/** Counts calls to Constant Contact for 1,000 live opted-in buyers of three workflows (a list, two tags). */
export const benchCalls = async (world: BenchWorld): Promise<Line[]> => {
  const lines: Line[] = [];
  const { listId, tagIds } = await world.resources();
  for (const [name, kind] of Object.entries(kinds)) {
    const round = await world.round();
    try {
      const email = (index: number): string => `${round.prefix}.${index}@example.com`;
      if (kind.known > 0)
        await world.sandbox.seedMany('riverside', {
          count: kind.known,
          email: `${round.prefix}.#@example.com`,
          ...('has' in kind ? { phones: [{ phone_number: kind.has, kind: 'mobile' }] } : {}),
        });
      const phoneOf = (index: number): string | null =>
        'phone' in kind ? phone(kind.phone, 'has' in kind ? 500 : index) : null;
      const office = await round.office(kind.connection);
      await office.workflow({ lists: { fixed: [listId], perEvent: false } });
      for (const tagId of tagIds) await office.workflow({ tags: { fixed: [tagId], event: false, ticketTypes: false } });
      const scarce = name.includes('scarce');
      // A day of 400 calls is not enough for 1,000 buyers, so sync opens batching windows.
      await round.startSync(
        scarce ? { CONSTANT_CONTACT_CALLS_PER_DAY: '400', GATHER_MAX_MS: '3000', GATHER_MIN_MS: '3000' } : {},
      );
      await world.sandbox.forgetJournal();
      await round.produce(
        Array.from({ length: buyers }, (_, index) =>
          round.order(office.boxOfficeId, index, email(index), phoneOf(index)),
        ),
      );
      const outcomes = await round.settled(buyers * 3);
      const { calls } = await world.sandbox.summary();
      const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
      lines.push(
        line(
          'calls',
          `${name}: calls for 1,000 buyers`,
          total,
          'calls',
          kind.aim === undefined ? undefined : { atMost: kind.aim },
        ),
      );
      if (outcomes.SYNCED !== buyers * 3)
        lines.push(
          line('calls', `${name}: NOT SYNCED`, buyers * 3 - (outcomes.SYNCED ?? 0), 'deliveries', { atMost: 0 }),
        );
      console.log(name, calls, outcomes);
    } finally {
      await round.end();
    }
  }
  for (const known of [0, buyers / 2]) {
    const calls = await callOneByOne(world, { buyers, known, listId, tagIds });
    lines.push(line('calls', `rival, look-up + write + tag per workflow, ${known} known`, calls, 'calls'));
  }
  return lines;
};
