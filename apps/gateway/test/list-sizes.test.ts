import { createCostOf } from '@boxlist/service-kit';
import { describe, expect, it } from '@jest/globals';
import { getNamedType, Kind, parse, validate } from 'graphql';
import supergraphSdl from '../supergraph.graphql';
import {
  allSteps,
  api,
  askAlong,
  askings,
  declared,
  isListOfObjects,
  listSteps,
  listsWithin,
  nameOf,
  wayThrough,
  type Asking,
  type Step,
} from './list-paths';

const budget = 10_000;
const costOf = createCostOf(supergraphSdl);

const costOfQuery = (query: string, variables: Readonly<Record<string, unknown>>): number => {
  const document = parse(query);
  expect(validate(api, document)).toEqual([]);
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('no operation');
  const { cost, faults } = costOf(api, document, operation, variables);
  expect(faults).toEqual([]);
  return cost;
};

describe('the composed schema', () => {
  it('has the lists that the tests below ask for', () => {
    expect(listSteps.length).toBeGreaterThan(40);
    expect(listSteps.map(nameOf)).toEqual(expect.arrayContaining(['BoxOffice.deliveries', 'Connection.tags']));
  });

  it.each(allSteps.filter(isListOfObjects).map((step) => [nameOf(step), step] as const))(
    'declares the size of the list %s, or the argument of its size',
    (name, { owner }) => {
      if (!declared.sized.has(name)) return expect(declared.lists.has(name)).toBe(true);
      // The items of a page: whatever returns the page says how many.
      const pages = allSteps.filter(({ field }) => getNamedType(field.type) === owner);
      const undeclared = pages.filter(
        (page) => !declared.lists.get(nameOf(page))?.sizedFields.includes(name.split('.')[1] ?? ''),
      );
      return expect(undeclared.map(nameOf)).toEqual([]);
    },
  );

  it.each(listSteps.map((step) => [nameOf(step), step] as const))(
    'gives %s a default size, and each argument of its size a maximum',
    (name, { field }) => {
      const list = declared.lists.get(name);
      expect(list?.assumed).toBeGreaterThan(0);
      for (const most of list?.arguments.values() ?? []) expect(most).toBeGreaterThanOrEqual(list?.assumed ?? NaN);
      const sizes = field.args.filter((argument) => argument.name === 'first' || argument.name === 'last');
      expect([...(list?.arguments.keys() ?? [])].sort()).toEqual(sizes.map((size) => size.name).sort());
    },
  );
});

const everything = `nodes { id status reason { code message } contactId performed nextAttemptAt createdAt settledAt
  attempts { at call answer durationMs } order { id eventId eventName occurredAt } workflow { id name }
  consent { value recordedAt orderId } } pageInfo { endCursor hasNextPage } totalCount totalCountIsExact`;
const health = `syncHealth { pending waiting quota { usedToday usedBy { class calls } }
  waitingFor { count reason { code } }
  connectionsNeedingReconnect { id accountName } intake { unreadable standingStill { topic } } }`;

// The README of the gateway names these.
it.each([
  [121, '{ boxOffice { workflows(first: 100) { nodes { id name } } } }'],
  [321, '{ boxOffice { deliveries(first: 100) { nodes { order { id } reason { code } } } } }'],
  [1_426, '{ boxOffice { connections { contactLists(first: 50) { nodes { name } } } } }'],
  [1_571, `{ boxOffice { deliveries(first: 50) { ${everything} } } }`],
  [253, `{ boxOffice { ${health} } }`],
  [
    12_221,
    '{ boxOffice { deliveries(first: 100) { nodes { workflow { deliveries(first: 100) { nodes { id } } } } } } }',
  ],
])('costs %i: %s', (cost, query) => {
  expect(costOfQuery(query, {})).toBe(cost);
});

/** The same pseudo-random numbers in each run. */
const numbersFrom =
  (seed: number) =>
  (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };

/** Asks for lists within lists. Returns how many passed, and which of those could return more than the budget. */
const askAll = (nested: readonly (readonly Step[])[], asking: Asking) => {
  const counted = { passed: 0, refused: 0 };
  const tooMany: string[] = [];
  for (const lists of nested) {
    const { query, variables, rows } = askAlong(wayThrough(lists), asking);
    const isRefused = costOfQuery(query, variables) > budget;
    counted[isRefused ? 'refused' : 'passed'] += 1;
    if (!isRefused && rows > budget) tooMany.push(`${rows}: ${query}`);
  }
  return { ...counted, tooMany };
};

const singles = listsWithin().map((list) => [list]);
/** Adds to each nesting every list that its innermost list can hold. */
const deeper = (nested: readonly (readonly Step[])[]) =>
  nested.flatMap((lists) => listsWithin(lists.at(-1)).map((inner) => [...lists, inner]));
const pairs = deeper(singles);
const triples = deeper(pairs);
const next = numbersFrom(31);
const someQuadruples = Array.from({ length: 1_000 }, () => {
  const lists = [...(triples[next(triples.length)] ?? [])];
  const within = listsWithin(lists.at(-1));
  return [...lists, ...within.slice(next(within.length)).slice(0, 1)];
});

it('asks every list of the graph', () => {
  expect(singles.flat().map(nameOf).sort()).toEqual(listSteps.map(nameOf).sort());
});

describe.each(askings)('a query that asks for pages %s', (asking) => {
  it('never returns more objects than the budget, with each list in each other', () => {
    const { passed, refused, tooMany } = askAll([...singles, ...pairs], asking);
    expect(tooMany).toEqual([]);
    expect(passed).toBeGreaterThan(singles.length);
    expect(refused).toBeGreaterThan(0);
  });

  it('never returns more objects than the budget, with lists in lists in lists', () => {
    const { refused, tooMany } = askAll([...triples, ...someQuadruples], asking);
    expect(tooMany).toEqual([]);
    expect(refused).toBeGreaterThan(triples.length / 4);
  });
});
