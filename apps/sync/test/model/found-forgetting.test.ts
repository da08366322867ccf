import { describeFound, type Found } from './keeps-every-promise';
import { order, workflow } from './some-history';

/* As in found.test.ts: histories that broke a promise of an erasure or of expiry. */
const found: readonly Found[] = [
  // A process had read an order and stalled until the order had expired and its delivery was removed. It then made that
  // delivery once more, which settled twice and was counted twice.
  [
    'a delivery that was removed with its order is not created again by a process that had read the order before',
    [
      workflow({ office: 1, createsContacts: false }),
      { do: 'grow-old', after: 0 },
      order({ office: 1, at: 1, person: null }),
      order({ office: 1 }),
      { do: 'grow-old', after: 20 },
      order({ office: 1, person: null, after: 3 }),
    ],
    { seed: 7, mishaps: [{ process: 0, at: 143, kind: 'stall', takesEffect: true }] },
  ],
  // One process postponed the expiry check of an old order by a day, because the order had just got a delivery. Another
  // process, which had not seen that delivery, made the order a tombstone. The order's deliveries stayed a day longer.
  [
    'the deliveries of an expired order go with it, also when its expiry check was postponed',
    [
      order({ office: 1 }),
      order({ person: null, after: 60 }),
      workflow({ office: 1, workflow: 1, after: 8 }),
      { do: 'grow-old', after: 3 },
      { do: 'backfill', office: 1, by: 0, workflow: 1, mode: 'IMPORT', after: 0 },
      order({ after: 8 }),
      order({ person: null, after: 8 }),
      { do: 'erase', office: 0, by: 0, person: 0, deleteContact: false, after: 0 },
    ],
    { seed: 402_761_907, upgradesImported: true },
  ],
  // An opt-in without an address belonged to the erased buyer named before it, unless a newer answer hid it when it was
  // merged.
  [
    "how far an order was an erased buyer's does not depend on what is merged with what",
    [
      order({ office: 1, person: null, optIn: 'false' }),
      { do: 'erase', office: 1, by: 0, person: 1, deleteContact: false, after: 0 },
      order({ office: 1, at: -1, person: 1 }),
      order({ office: 1, at: -1, person: null }),
      order({ person: null }),
    ],
    { seed: 0 },
  ],
  // A process stalled past the erasure with an event that it had read before. It wrote the buyer back over the same
  // event without the buyer, and died before it checked for an erasure.
  [
    'an erased buyer is not brought back by a late write of an event that is known without them',
    [
      { do: 'again', which: 10, after: 20 },
      { do: 'change-backfill', office: 0, by: 0, change: 'pause', after: 8 },
      workflow({ after: 3 }),
      order({ office: 1, person: 1 }),
      order({ person: null, after: 1 }),
      { do: 'freeze', process: 0, ms: 100_000, after: 0 },
      { do: 'erase', office: 1, by: 0, person: 1, deleteContact: false, after: 0 },
      { do: 'entitlement', office: 0, entitled: false, after: 0 },
    ],
    { seed: 70_515_687, mishaps: [{ process: 0, at: 65, kind: 'crash', takesEffect: true }], upgradesImported: true },
  ],
  // sync learned late that an order had been an erased buyer's until its newest event, and removed the name of the
  // earlier events. The model considered the replacing name older.
  [
    "a name that turns out to be an erased buyer's is replaced by the buyer's own",
    [
      { do: 'connection', office: 0, to: 'broken', after: 0 },
      order(),
      order({ order: 1, person: 1 }),
      order({ order: 2, at: 2, person: 2 }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
      order({ order: 2, at: 1, person: null, names: true }),
      { do: 'erase', office: 0, by: 0, person: 1, deleteContact: false, after: 0 },
      order({ order: 2, at: 1, person: 1, after: 8 }),
      order({ person: 2 }),
      order({ person: null, names: true }),
    ],
  ],
];

describeFound('what was found of erasures and of expiry', found);
