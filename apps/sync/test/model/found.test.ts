import { people, type Command } from './history';
import { describeFound, type Found } from './keeps-every-promise';
import { order, workflow } from './some-history';

/** Three buyers of the first box office whose orders come to be sent together, once its connection works again. */
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
 * Histories that once broke a promise, as small as they could be made, each with the mechanism. Where it is a race, the
 * seed met it as the code was then; others meet it by chance.
 */
const found: readonly Found[] = [
  // The intake matched every event with the workflows of that moment: an old event that came again made deliveries for
  // a workflow created since.
  [
    'an old event that comes again is not for a new workflow',
    [order({ office: 1 }), workflow({ office: 1, workflow: 1, after: 20 })],
  ],
  // The outcome of a reopened delivery was published as version 1, which listeners pass by.
  [
    'the second outcome of a delivery has a version of its own',
    [order({ order: 2, person: null }), order({ order: 2, person: null, phone: true, after: 3 })],
  ],
  // Details were merged by age within a batch, and not with what an earlier batch had written.
  [
    "an older order that comes later leaves the newer one's name",
    [order({ order: 1, at: 1, person: 1, names: true }), order({ person: 1, names: true, after: 20 })],
  ],
  // The same, when the newer one had been reopened during its call: nothing showed that it had been written.
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
  // The time of an order's newest event counted as the time of its tick: a change of the order asked an unsubscribed
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
  // The intake had read the workflow as paused, and its delivery was written after those that waited had been freed:
  // for a year.
  [
    'an order that comes in the moment of a resumption does not wait for it',
    [
      workflow({ office: 1, status: 'PAUSED', whenPaused: 'WAIT' }),
      order({ office: 1, person: null, after: 60 }),
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 3 },
      workflow({ office: 1 }),
    ],
  ],
  // A process had read a workflow as paused and stood still before it wrote. Another kept a newer state of the order
  // after the resumption, and found no delivery to compare it with.
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
  // Only later events of the order woke what waited for its completion, and those are not matched with a deleted
  // workflow.
  [
    'what waits for its order ends with its workflow',
    [order({ office: 1, status: 'pending' }), workflow({ office: 1, status: 'DELETED', after: 3 })],
  ],
  // Only a connection that works again freed what waited for a sign-in.
  [
    'what waits for a sign-in ends with its connection',
    [
      { do: 'connection', office: 1, to: 'broken', after: 20 },
      order({ office: 1 }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 1, to: 'disconnected', after: 0 },
    ],
  ],
  // The join of a new workflow had read a page of orders, one of them changed meanwhile, and its delivery was put back
  // to what the page said.
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
  // A workflow that only updates was said to have given its lists, and would have taken them back.
  [
    'what only updates contacts gives no list',
    [workflow({ workflow: 1, lists: [1], createsContacts: false }), order()],
  ],
  // The connections to wake were asked for before the deliveries were changed: one that was written in between had
  // nobody to look at it.
  [
    'what is retried is looked at',
    [
      order({ person: null, after: 60 }),
      { do: 'retry', office: 0, by: 0, person: null, after: 0 },
      { do: 'contact', office: 0, person: 0, act: 'unsubscribe', after: 0 },
    ],
    { seed: 1_989_550_927 },
  ],
  // A cancellation that had changed nothing was not noted, and had an effect when it came again after the organiser
  // chose otherwise.
  [
    'a cancellation counts as the organiser had chosen when it came',
    [
      order({ office: 1, order: 1 }),
      order({ office: 1, order: 1, person: null, status: 'cancelled', after: 60 }),
      workflow({ office: 1, onCancelledOrder: 'REMOVE_TAGS', after: 60 }),
    ],
  ],
  // A permit that had been written a second ago, the process having stood still, was used beside those of this second.
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
  // The tag that a deleted contact still showed was taken off it again and again, a call each second.
  [
    'of a deleted contact nothing is taken back',
    [
      workflow({ office: 1, eventTag: true, onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' }),
      order({ office: 1, order: 1, event: 0 }),
      { do: 'settle', after: 0 },
      { do: 'contact', office: 1, person: 0, act: 'delete', after: 0 },
      order({ office: 1, order: 1, person: null, status: 'cancelled', after: 0 }),
    ],
    { seed: 0 },
  ],
  // Live orders and retries of one buyer were taken in the same moment, and each wrote the contact as it had read it.
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
  // A delivery was taken as one buyer's, and its order read as another's: what had been written for that one was not
  // looked at.
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
  // The lists had changed while an import ran: those of now were taken for brought.
  [
    'an import brings the lists that it was begun with, and the others are given after it',
    [order({ event: 0 }), order({ office: 1 }), workflow({ perEvent: true, eventTag: true }), workflow({ lists: [1] })],
    { seed: 0, callsPerDay: 12, whenQuotaIsScarce: 'IMPORT' },
  ],
  // What a batch was to give counted as given also where the batch had failed and the workflow, changed in between, did
  // not ask for it again.
  [
    'what did not come, and is not wished for any more, is not said to have been given',
    [workflow({ office: 1, perEvent: true, eventTag: true }), order({ office: 1, event: 0 }), workflow({ office: 1 })],
    { seed: 0, faults: [{ call: 1, kind: 'activity-fails' }], optInRoute: ['DIRECT', 'CONFIRM'] },
  ],
  // The process that had put a cancelled order's delivery back to work died before it woke the lane, and who took the
  // event again saw nothing to change.
  [
    'what was put back to work is worked on also when whoever did so dies',
    [
      workflow({ onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' }),
      order(),
      { do: 'settle', after: 0 },
      order({ status: 'cancelled' }),
    ],
    { seed: 0, mishaps: [{ process: 0, at: 166, kind: 'crash', takesEffect: false }] },
  ],
  // The contact was deleted between the look-up and the update: an update by the account restored it, mailable as it
  // had been.
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
  // The claim of a lane was answered after its lease had run out: whoever had it counted the lease from the answer, and
  // drove the lane beside the next one, each with imports of its own for one contact.
  [
    'a lane whose lease ran out before the claim was answered is not driven beside who has it by then',
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
  // An order changed between the beginning of its import and the note that it waits for that: it was worked on at once,
  // and the import, worked off after it, brought the older details back.
  [
    'an order that changes while its import is begun waits for the import',
    [...threeTogether, order({ at: 1, person: null, names: true, after: 20 }), order({ person: null })],
    { seed: 0, callsPerDay: 12, whenQuotaIsScarce: 'IMPORT' },
  ],
  // A holder that had lost its lane noted its import with a delivery whose order had changed, when the import had long
  // been forgotten: the delivery waited for it too, for half an hour.
  [
    'a delivery does not wait on for an import that was over when it was noted',
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
  // An order was completed when it was matched, and pending when its delivery was put back to work: nobody looked
  // whether the workflow that it waited for then had been deleted meanwhile.
  [
    'what waits only when it is put back to work ends with its workflow',
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
  // Whoever had read an order before its cancellation put its delivery back to work after another had noted that the
  // cancellation changes nothing: what was synchronised ended as of a cancelled order.
  [
    'what a newer state of the order has settled is not begun anew by who had read an older one',
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
  // An activity was said to be over while its connection was broken, and nobody had freed yet who waited for it: the
  // model took that for rest.
  [
    'who waits for an activity that is over is freed while the connection is broken',
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
  // A holder that had lost its lane noted a forgotten import with a delivery that waits for others still: it ends with
  // those. The model asked for all of them to be followed, and met it only where no call was left to follow any.
  [
    'who waits for an activity that is over, and for others that are followed, ends with the others',
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
  // A holder that had lost its lane noted an upgrade after the next one had found nothing left and let the lane sleep:
  // nobody looked at it until something else woke the lane.
  [
    'what a holder leaves for later once it has lost its lane is worked on all the same',
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
  // Whoever let a delivery wait for a paused workflow was killed before they asked whether it waits still. The workflow
  // had been deleted in between, so the order was not matched with it when it came again: it waited for a year.
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
