import { people, type Command } from './history';
import { describeFound, type Found } from './keeps-every-promise';
import { order, workflow } from './some-history';

/** Three buyers of the first box office whose orders are sent together, once its connection works again. */
const threeTogether: readonly Command[] = [
  workflow({ lists: [1] }),
  { do: 'connection', office: 0, to: 'broken', after: 0 },
  order({ names: true }),
  order({ order: 1, person: 1 }),
  order({ order: 2, person: 2 }),
  { do: 'settle', after: 0 },
  { do: 'connection', office: 0, to: 'connected', after: 0 },
];

/*
 * Histories that once broke a promise, shrunk as far as possible, each with the mechanism. If it is a race, the seed
 * hit it in the code of that time; other seeds hit it by chance.
 */
const found: readonly Found[] = [
  // The intake matched every event with the workflows of that moment: a repeated old event made deliveries for a
  // workflow created since.
  [
    'an old event that comes again is not for a new workflow',
    [order({ office: 1 }), workflow({ office: 1, workflow: 1, after: 20 })],
  ],
  // The outcome of a reopened delivery was published as version 1, which consumers ignore.
  [
    'the second outcome of a delivery has a version of its own',
    [order({ order: 2, person: null }), order({ order: 2, person: null, phone: true, after: 3 })],
  ],
  // Details were merged by age within a batch, but not with the details that an earlier batch had written.
  [
    "an older order that comes later leaves the newer one's name",
    [order({ order: 1, at: 1, person: 1, names: true }), order({ person: 1, names: true, after: 20 })],
  ],
  // The same, when the newer delivery was reopened during its call: nothing showed that its details had been written.
  [
    'nor while the newer one is being worked on again',
    [
      order({ order: 2, at: 1, names: true }),
      order({ person: null, after: 3 }),
      order({ order: 2, person: null, phone: true, after: 3 }),
      order({ order: 1, person: null }),
      order({ names: true }),
      { do: 'retry', office: 0, by: 0, person: 0, after: 20 },
      { do: 'freeze', process: 0, ms: 200, after: 0 },
    ],
    { seed: 6_500_973 },
  ],
  // The time of an order's newest event counted as the time of its opt-in: a change of the order asked an unsubscribed
  // buyer again.
  [
    'a change of an order is no new opt-in',
    [
      workflow({ lists: [0], whenUnsubscribed: 'SEND_RESUBSCRIBE_EMAIL' }),
      order({ at: -5 }),
      { do: 'settle', after: 0 },
      { do: 'contact', office: 0, person: 0, act: 'unsubscribe', after: 0 },
      order({ at: 9, phone: true }),
    ],
  ],
  // The intake had read the workflow as paused, and wrote its delivery after the waiting ones had been released. It
  // waited for a year.
  [
    'an order that comes in the moment of a resumption does not wait for it',
    [
      workflow({ office: 1, status: 'PAUSED', whenPaused: 'WAIT' }),
      order({ office: 1, person: null, after: 60 }),
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 3 },
      workflow({ office: 1 }),
    ],
  ],
  // A process had read a workflow as paused and stalled before it wrote. Another process stored a newer state of the
  // order after the resume, and found no delivery to compare it with.
  [
    'a delivery that is written late by a workflow of before is of the newest state of its order',
    [
      { do: 'again', which: 7, after: 20 },
      { do: 'rebalance', after: 0 },
      { do: 'erase', office: 0, by: 1, person: 1, deleteContact: false, after: 1 },
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 3 },
      order({ order: 1, after: 20 }),
      { do: 'erase', office: 1, by: 0, person: 0, deleteContact: false, after: 8 },
      workflow({ status: 'PAUSED' }),
      workflow(),
      order({ order: 1, person: null, phone: true, after: 1 }),
      order({ after: 8 }),
    ],
    { seed: 1_283_161_178, mishaps: [{ process: 0, at: 55, kind: 'stall', takesEffect: true }] },
  ],
  // Only later events of the order released a delivery that waited for its completion, and those events are not matched
  // with a deleted workflow.
  [
    'a delivery that waits for its order ends with its workflow',
    [order({ office: 1, status: 'pending' }), workflow({ office: 1, status: 'DELETED', after: 3 })],
  ],
  // Only a working connection released deliveries that waited for a sign-in.
  [
    'a delivery that waits for a sign-in ends with its connection',
    [
      { do: 'connection', office: 1, to: 'broken', after: 20 },
      order({ office: 1 }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 1, to: 'disconnected', after: 0 },
    ],
  ],
  // The join of a new workflow had read a page of orders. One of them changed meanwhile, and its delivery was set back
  // to the state on that page.
  [
    'a delivery goes on from its order as it is now',
    [
      order({ order: 1, after: 3 }),
      order({ office: 1, after: 3 }),
      workflow({ office: 1 }),
      order({ order: 1, person: null, phone: true }),
      order({ person: null, after: 60 }),
      order({ person: null }),
    ],
    { seed: 1_263_370_759 },
  ],
  // The delivery of a workflow that only updates contacts recorded its lists as added, and an undo would have removed
  // them.
  [
    'a workflow that only updates contacts adds no list',
    [workflow({ workflow: 1, lists: [1], createsContacts: false }), order()],
  ],
  // The process looked for the connections to schedule before it changed the deliveries: a delivery written in between
  // had no dispatcher.
  [
    'a retried delivery is processed',
    [
      order({ person: null, after: 60 }),
      { do: 'retry', office: 0, by: 0, person: null, after: 0 },
      { do: 'contact', office: 0, person: 0, act: 'unsubscribe', after: 0 },
    ],
    { seed: 1_989_550_927 },
  ],
  // A cancellation that changed nothing was not recorded. It took effect when its event came again after the organiser
  // had changed the choice.
  [
    'a cancellation counts as the organiser had chosen when it came',
    [
      order({ office: 1, order: 1 }),
      order({ office: 1, order: 1, person: null, status: 'cancelled', after: 60 }),
      workflow({ office: 1, onCancelledOrder: 'REMOVE_TAGS', after: 60 }),
    ],
  ],
  // A process stalled after its permit was written, and used the permit a second later beside those of that second.
  [
    'a permit that came late is not used',
    [
      order(),
      workflow({ after: 1 }),
      order({ person: null, after: 20 }),
      { do: 'wait', ms: 1_000, after: 0 },
      order({ person: null, phone: true, after: 20 }),
      order({ person: null, names: true, after: 1 }),
    ],
    { seed: 0 },
  ],
  // sync removed a tag that a deleted contact still showed again and again, with a call each second.
  [
    'nothing is removed from a deleted contact',
    [
      workflow({ office: 1, eventTag: true, onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' }),
      order({ office: 1, order: 1, event: 0 }),
      { do: 'settle', after: 0 },
      { do: 'contact', office: 1, person: 0, act: 'delete', after: 0 },
      order({ office: 1, order: 1, person: null, status: 'cancelled', after: 0 }),
    ],
    { seed: 0 },
  ],
  // Live orders and retries of one buyer were claimed at the same moment, and each wrote the contact as it had read it.
  [
    'two queues do not write one contact at once',
    [
      workflow({ lists: [1], tags: [0] }),
      order({ office: 1, after: 0 }),
      order({ order: 1, phone: true, after: 0 }),
      order({ after: 60 }),
      order({ person: null, names: true, after: 8 }),
    ],
    {
      seed: 0,
      faults: [
        { call: 1, kind: 'lost-before' },
        { call: 3, kind: 'lost-before' },
      ],
      optInRoute: ['CONFIRM', 'DIRECT'],
    },
  ],
  // A delivery was claimed as one buyer's, and its order was then read as another's: sync did not check the values
  // written for that buyer.
  [
    'an order that changes hands while it is worked on leaves the newer name of who has it now',
    [
      order({ person: 1, names: true, after: 0 }),
      order({ person: null, after: 60 }),
      order({ order: 2, at: -1, person: null, names: true, after: 0 }),
      order({ order: 2, after: 0 }),
      order({ order: 2, person: 1, after: 3 }),
      { do: 'contact', office: 0, person: 0, act: 'unsubscribe', after: 20 },
    ],
    { seed: 0 },
  ],
  // The lists changed while an import ran: sync recorded the new lists as added by it.
  [
    'an import adds the lists that it was started with, and the others are added after it',
    [order({ event: 0 }), order({ office: 1 }), workflow({ perEvent: true, eventTag: true }), workflow({ lists: [1] })],
    { seed: 0, callsPerDay: 12, whenQuotaIsScarce: 'IMPORT' },
  ],
  // The planned additions of a batch counted as added even if the batch had failed and the workflow, changed in
  // between, did not ask for them again.
  [
    'additions that failed and are no longer desired are not recorded as added',
    [workflow({ office: 1, perEvent: true, eventTag: true }), order({ office: 1, event: 0 }), workflow({ office: 1 })],
    { seed: 0, faults: [{ call: 1, kind: 'activity-fails' }], optInRoute: ['DIRECT', 'CONFIRM'] },
  ],
  // The process that requeued a cancelled order's delivery died before it scheduled the connection. The process that
  // handled the event again saw nothing to change.
  [
    'a requeued delivery is processed also when the process that requeued it dies',
    [
      workflow({ onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' }),
      order(),
      { do: 'settle', after: 0 },
      order({ status: 'cancelled' }),
    ],
    { seed: 0, mishaps: [{ process: 0, at: 166, kind: 'crash', takesEffect: false }] },
  ],
  // The contact was deleted between the look-up and the update: an update by the account restored it with its former
  // permission.
  [
    'an update of details restores no contact that has just been deleted',
    [
      workflow({ office: 1, whenNotOptedIn: 'UPDATE_EXISTING' }),
      { do: 'seed', office: 1, person: 0, permission: 'explicit', after: 0 },
      { do: 'settle', after: 0 },
      order({ office: 1, optIn: null, phone: true }),
      { do: 'contact', office: 1, person: 0, act: 'delete', after: 60 },
    ],
    { seed: 53 },
  ],
  // The answer to a lease claim came after the lease had run out. The claiming process counted the lease from the
  // answer, and worked on the connection beside the next holder, each with imports of its own for one contact.
  [
    'a lease that ran out before the claim was answered is not used beside the next holder',
    [
      ...threeTogether,
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 8 },
      { do: 'wait', ms: 31_000, after: 0 },
      order({ person: null }),
      order({ at: 1, person: null, names: true, after: 3 }),
      { do: 'again', which: 0, after: 60 },
      order({ office: 1 }),
    ],
    { seed: 0 },
  ],
  // An order changed after its import was started and before sync recorded that it waits for the import. sync worked on
  // it at once, and the import, which ran after that, wrote the older details again.
  [
    'an order that changes while its import is started waits for the import',
    [...threeTogether, order({ at: 1, person: null, names: true, after: 20 }), order({ person: null })],
    { seed: 0, callsPerDay: 12, whenQuotaIsScarce: 'IMPORT' },
  ],
  // A holder that had lost its lease recorded its import on a delivery whose order had changed, long after the import
  // was forgotten. The delivery waited for that import too, for half an hour.
  [
    'a delivery does not wait for an import that had ended when it was recorded',
    [
      workflow({ perEvent: true }),
      { do: 'connection', office: 0, to: 'broken', after: 0 },
      order({ event: 1 }),
      order({ order: 1, person: 1, event: 1 }),
      order({ order: 2, person: 2, event: 1 }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
      { do: 'look', office: 0, by: 0, after: 20 },
      { do: 'freeze', process: 1, ms: 40_000, after: 20 },
      order({ person: null, names: true }),
    ],
    {
      seed: 0,
      mishaps: [{ process: 0, at: 90, kind: 'stall', takesEffect: true }],
      callsPerDay: 12,
      whenQuotaIsScarce: 'IMPORT',
    },
  ],
  // An order was completed when it was matched, and pending when its delivery was requeued. Nothing checked whether the
  // workflow of the delivery, which waited from then on, had been deleted meanwhile.
  [
    'a delivery that waits only once it is requeued ends with its workflow',
    [
      order({ office: 1, order: 1 }),
      { do: 'connection', office: 0, to: 'broken', after: 20 },
      order({ office: 1, order: 1, person: null, phone: true }),
      { do: 'again', which: 0, after: 8 },
      workflow({ office: 1, status: 'DELETED' }),
      { do: 'freeze', process: 1, ms: 100_000, after: 8 },
      order({ office: 1, order: 1, person: null, status: 'pending' }),
      { do: 'change-backfill', office: 0, by: 0, change: 'pause', after: 0 },
    ],
    { seed: 198_893_144 },
  ],
  // A process had read an order before its cancellation. It requeued the delivery after another process had recorded
  // that the cancellation changes nothing. A synced delivery ended as one of a cancelled order.
  [
    'a delivery that a newer order state settled is not reopened by a process that had read an older one',
    [
      ...threeTogether.slice(0, 4),
      order({ order: 2, person: 2, phone: true }),
      ...threeTogether.slice(5),
      { do: 'contact', office: 0, person: 0, act: 'unsubscribe', after: 60 },
      order({ phone: true, after: 3 }),
      { do: 'kill', process: 0, after: 0 },
      { do: 'freeze', process: 1, ms: 200, after: 8 },
      order({ person: null, status: 'cancelled' }),
      { do: 'change-backfill', office: 0, by: 0, change: 'pause', after: 0 },
    ],
    { seed: 0 },
  ],
  // An activity was recorded as ended while its connection was broken, before the deliveries that waited for it were
  // released: the model considered that settled.
  [
    'a delivery that waits for an ended activity is released while the connection is broken',
    [
      ...threeTogether,
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 0 },
      { do: 'connection', office: 0, to: 'broken', after: 60 },
    ],
    {
      seed: 0,
      mishaps: [{ process: 0, at: 278, kind: 'stall', takesEffect: false }],
      optInRoute: ['CONFIRM', 'DIRECT'],
    },
  ],
  // A holder that had lost its lease recorded a forgotten import on a delivery that still waits for other activities:
  // it is released with those. The model required that all of them are polled, and met the case only where no call was
  // left to poll any.
  [
    'a delivery that waits for an ended activity and for running ones is released with the running ones',
    [
      workflow({ perEvent: true, eventTag: true }),
      ...people.map((_, person): Command => ({ do: 'seed', office: 0, person, permission: 'explicit', after: 0 })),
      { do: 'connection', office: 0, to: 'broken', after: 0 },
      order({ event: 1 }),
      order({ order: 1, person: 1 }),
      order({ order: 2, person: 2, event: 0 }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
      { do: 'retry', office: 0, by: 0, person: null, after: 60 },
      order({ person: null, phone: true }),
    ],
    {
      seed: 68_314_898,
      mishaps: [{ process: 0, at: 354, kind: 'stall', takesEffect: true }],
      faults: [{ call: 15, kind: 'quota' }],
      optInRoute: ['CONFIRM', 'DIRECT'],
    },
  ],
  // A holder that had lost its lease recorded an upgrade after the next holder had found no work and had scheduled
  // none. No dispatcher looked at the connection until something else scheduled it.
  [
    'deferred work that a holder records after it has lost its lease is processed',
    [
      workflow({ perEvent: true }),
      ...people.map((_, person): Command => ({ do: 'seed', office: 0, person, permission: 'explicit', after: 0 })),
      { do: 'connection', office: 0, to: 'broken', after: 0 },
      ...people.map((_, index) => order({ order: index, person: index, event: 0 })),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
      { do: 'freeze', process: 0, ms: 100_000, after: 20 },
    ],
    { seed: 0, callsPerDay: 12, whenQuotaIsScarce: 'IMPORT', upgradesImported: true },
  ],
  // A process made a delivery wait for a paused workflow and was killed before it checked whether the delivery still
  // had to wait. The workflow had been deleted in between, so the order was not matched with it when its event came
  // again. The delivery waited for a year.
  [
    'nobody waits for a deleted workflow whose deletion came between a wait and a crash',
    [
      workflow({ office: 1, workflow: 1, status: 'PAUSED', whenPaused: 'WAIT' }),
      order({ office: 1, person: null }),
      workflow({ office: 1, workflow: 1, status: 'DELETED' }),
      order({ person: null, after: 20 }),
      order({ office: 1, person: null, phone: true }),
      { do: 'wait', ms: 100, after: 20 },
      { do: 'kill', process: 0, after: 0 },
      order({ person: null }),
    ],
    { seed: 31_679_282 },
  ],
];

describeFound('what was found', found);
