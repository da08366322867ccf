import { describeFound, type Found } from './keeps-every-promise';
import { order, workflow } from './some-history';
import type { Command } from './history';

/** Orders of three contacts whose phones no import accepts, which are released together. */
const contactsTogether: readonly Command[] = [
  workflow({ lists: [0] }),
  ...[0, 1, 2].map((person): Command => ({ do: 'seed', office: 0, person, permission: 'explicit', after: 0 })),
  { do: 'connection', office: 0, to: 'broken', after: 0 },
  order({ phone: true, names: true }),
  order({ order: 2, person: 1, phone: true, names: true }),
  order({ order: 1, person: 2, names: true }),
  { do: 'settle', after: 0 },
  { do: 'connection', office: 0, to: 'connected', after: 0 },
];

/* As in found.test.ts: histories that broke a promise of phones that no import accepts, or that are close to one. */
const found: readonly Found[] = [
  // The import contained only the ten digits, which an account in Britain reads as a British number: sync never
  // recognised that the contact had the phone.
  [
    'a North American phone is the same number when it is read again in an account from elsewhere',
    [
      workflow({ perEvent: true }),
      { do: 'connection', office: 0, to: 'broken', after: 0 },
      order({}),
      order({ order: 1, person: 1, event: 0, phone: true }),
      order({ order: 2, person: 2 }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
    ],
    { callsPerDay: 12, whenQuotaIsScarce: 'IMPORT' },
  ],
  ['phones that no import takes come with their orders', contactsTogether],
  ['phones that had to wait come with the calls that a day leaves over', contactsTogether, { callsPerDay: 12 }],
  [
    'a phone whose call was not answered comes later',
    contactsTogether,
    {
      faults: [
        { call: 8, kind: 'lost-after' },
        { call: 9, kind: 'unavailable' },
      ],
    },
  ],
  [
    'a phone that had to wait does not come to one who was erased meanwhile',
    [...contactsTogether, { do: 'erase', office: 0, by: 0, person: 0, deleteContact: true, after: 60 }],
    { callsPerDay: 12 },
  ],
  // While a batch recorded a phone for later, the connection ended and was connected again. sync gave up the phone
  // before the delivery said that it follows, and the delivery said so for good.
  [
    'a phone that was given up while its delivery was being reported is not said to follow',
    [
      ...[0, 1, 2].map((person): Command => ({ do: 'seed', office: 0, person, permission: 'explicit', after: 0 })),
      { do: 'connection', office: 0, to: 'broken', after: 0 },
      order(),
      order({ order: 1, person: 1 }),
      order({ order: 2, person: 2, phone: true }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 0 },
      { do: 'contact', office: 0, person: 0, act: 'delete', after: 0 },
      workflow({ lists: [1] }),
      order({ at: 5, event: 0, after: 3 }),
      workflow({ workflow: 1, after: 60 }),
      order({ order: 1, at: 6, after: 3 }),
      workflow({ after: 20 }),
      { do: 'connection', office: 0, to: 'disconnected', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
      { do: 'grow-old', after: 0 },
    ],
    {
      mishaps: [{ process: 0, at: 1, kind: 'crash', takesEffect: false }],
      callsPerDay: 12,
      optInRoute: ['CONFIRM', 'DIRECT'],
      upgradesImported: true,
    },
  ],
];

describeFound('phones from abroad', found);
