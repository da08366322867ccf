import type { BackfillMode } from '../../src/domain/backfill';
import type { Command } from './history';
import { describeFound, type Found } from './keeps-every-promise';
import { order, workflow } from './some-history';

/** An order that is still pending when it becomes part of a backfill. */
const pendingInBackfill = (mode: BackfillMode): readonly Command[] => [
  workflow({ createsContacts: false }),
  order({ status: 'pending' }),
  workflow({ workflow: 1, lists: [1], after: 60 }),
  { do: 'backfill', office: 0, by: 0, workflow: 1, mode, after: 60 },
  { do: 'settle', after: 0 },
];

/* As in found.test.ts: histories that broke a promise of a backfill. */
const found: readonly Found[] = [
  // A backfill's delivery whose order changed was requeued as if it had no backfill: sync forgot the backfill's mode.
  [
    'a backfill that only updates creates nobody when its order is completed later',
    [...pendingInBackfill('UPDATE_EXISTING'), order({ at: 2 })],
    { seed: 0 },
  ],
  // The same after the backfill had been cancelled: a change of the order did what the organiser had stopped.
  [
    'a delivery that was cancelled with its backfill stays cancelled when its order changes',
    [
      ...pendingInBackfill('ONE_BY_ONE'),
      { do: 'change-backfill', office: 0, by: 0, change: 'cancel', after: 0 },
      { do: 'settle', after: 0 },
      order({ at: 2 }),
    ],
    { seed: 0 },
  ],
  // Deliveries that had shared a refused call were tried alone as if they had no backfill.
  [
    'a backfill that only updates puts nobody on a list when a shared call is refused',
    [
      workflow({ createsContacts: false }),
      order(),
      order({ order: 1, person: 1 }),
      { do: 'settle', after: 0 },
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 0 },
      { do: 'seed', office: 0, person: 1, permission: 'explicit', after: 0 },
      workflow({ workflow: 1, lists: [1], tags: [0] }),
      { do: 'backfill', office: 0, by: 0, workflow: 1, mode: 'UPDATE_EXISTING', after: 60 },
    ],
    { seed: 0, faults: [{ call: 1, kind: 'refused' }] },
  ],
  // The order changed after the backfill had read it and before it wrote the delivery. The process that merged the
  // change found no delivery, and the delivery had settled by the order's former state.
  [
    'an opt-in that comes while a backfill is made counts',
    [
      order({ optIn: null }),
      { do: 'settle', after: 0 },
      workflow({ workflow: 1, lists: [1] }),
      { do: 'settle', after: 0 },
      { do: 'backfill', office: 0, by: 0, workflow: 1, mode: 'ONE_BY_ONE', after: 0 },
      order({ at: 2, after: 8 }),
    ],
    { seed: 550 },
  ],
  // A delivery of a paused backfill started to wait after the resume had released those that waited: for a year.
  [
    'a delivery that starts to wait for a backfill during its resume does not wait',
    [
      order(),
      workflow({ workflow: 1, lists: [1], after: 20 }),
      { do: 'settle', after: 0 },
      { do: 'backfill', office: 0, by: 0, workflow: 1, mode: 'ONE_BY_ONE', after: 0 },
      { do: 'change-backfill', office: 0, by: 0, change: 'pause', after: 20 },
      { do: 'change-backfill', office: 0, by: 1, change: 'resume', after: 1 },
    ],
    { seed: 17 },
  ],
  // A sign-up succeeded. The tagging after it was refused, because the day had no calls left for a backfill. Nothing
  // recorded the write, and an older order's details overwrote its details.
  [
    'what was written before the rest was refused is not forgotten',
    [
      workflow({ createsContacts: false }),
      order({ at: 1, names: true }),
      workflow({ workflow: 1, lists: [0], tags: [0], after: 20 }),
      { do: 'backfill', office: 0, by: 0, workflow: 1, mode: 'ONE_BY_ONE', after: 0 },
      order({ order: 1, optIn: null, names: true }),
      { do: 'again', which: 0, after: 60 },
      order({ order: 1 }),
      { do: 'wait', ms: 100, after: 1 },
    ],
    { seed: 35, callsPerDay: 12, optInRoute: ['CONFIRM', 'DIRECT'], upgradesImported: true },
  ],
  // The same, but the workflow was deleted before the tagging could be done. The delivery ended, and the record of the
  // write was lost.
  [
    'what was written before the rest was refused is not forgotten when the delivery ends otherwise',
    [
      workflow({ createsContacts: false, eventTag: true }),
      order({ at: 1, names: true }),
      workflow({ workflow: 1, lists: [0], tags: [0], after: 20 }),
      { do: 'backfill', office: 0, by: 0, workflow: 1, mode: 'ONE_BY_ONE', after: 0 },
      order({ office: 1, order: 2, status: 'pending' }),
      { do: 'connection', office: 0, to: 'connected', after: 60 },
      order({ order: 1, person: 1, event: 0, names: true }),
      { do: 'again', which: 3, after: 60 },
      order({ office: 1, order: 2, person: null, after: 20 }),
      order({ order: 1 }),
      workflow({ workflow: 1, status: 'DELETED', after: 20 }),
      order({ office: 1, after: 60 }),
      { do: 'wait', ms: 100, after: 0 },
    ],
    { seed: 126, callsPerDay: 12, optInRoute: ['CONFIRM', 'DIRECT'], upgradesImported: true },
  ],
];

describeFound('what was found of backfills', found);
