import { declaredCosts, type ListSize } from '@boxlist/service-kit';
import { workspaceRoot } from '@boxlist/testkit';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import supergraphSdl from '../supergraph.graphql';

/** The composed schema as clients see it, and what the supergraph declares of its costs. */
export const api: GraphQLSchema = buildSchema(readFileSync(join(workspaceRoot(), 'docs/schema/api.graphql'), 'utf8'));
export const declared = declaredCosts(supergraphSdl);

export interface Step {
  readonly owner: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
}

export const nameOf = ({ owner, field }: Step): string => `${owner.name}.${field.name}`;
const isObjects = (type: unknown): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__');

/** The objects that a field may return. */
const targetsOf = ({ field }: Step): readonly GraphQLObjectType[] => {
  const named = getNamedType(field.type);
  if (isAbstractType(named)) return api.getPossibleTypes(named);
  return isObjects(named) ? [named] : [];
};

const stepsOf = (owner: GraphQLObjectType): Step[] =>
  Object.values(owner.getFields())
    .map((field) => ({ owner, field }))
    .filter((step) => targetsOf(step).length > 0);

/** Every field of the graph that returns objects. */
export const allSteps: readonly Step[] = Object.values(api.getTypeMap()).filter(isObjects).flatMap(stepsOf);
export const isListOfObjects = ({ field }: Step): boolean => isListType(getNullableType(field.type));
/** The fields that declare how many items they have. */
export const listSteps: readonly Step[] = allSteps.filter((step) => declared.lists.has(nameOf(step)));

/** The shortest way from some types to a field, which is its last step. */
const wayTo = (from: readonly GraphQLObjectType[], goal: Step): readonly Step[] | undefined => {
  const seen = new Set<GraphQLObjectType>(from);
  let ways: { readonly at: GraphQLObjectType; readonly way: readonly Step[] }[] = from.map((at) => ({ at, way: [] }));
  while (ways.length > 0) {
    const arrived = ways.find(({ at }) => at === goal.owner);
    if (arrived) return [...arrived.way, goal];
    ways = ways.flatMap(({ at, way }) =>
      stepsOf(at).flatMap((step) =>
        targetsOf(step)
          .filter((next) => !seen.has(next))
          .map((next) => {
            seen.add(next);
            return { at: next, way: [...way, step] };
          }),
      ),
    );
  }
  return undefined;
};

const roots = [api.getQueryType(), api.getMutationType()].filter((type) => type != null);

/** The items of a page, one step below it; nothing for a list without pages. */
const itemsOf = (step: Step): readonly Step[] =>
  targetsOf(step).flatMap((page) =>
    stepsOf(page).filter((below) => below.field.name === 'nodes' && declared.sized.has(nameOf(below))),
  );

const known = new Map<Step | undefined, Map<Step, readonly Step[] | undefined>>();

/** The way from the items of a list, or from a root, to the items of another list. */
const wayBetween = (outer: Step | undefined, inner: Step): readonly Step[] | undefined => {
  const ways = known.get(outer) ?? new Map<Step, readonly Step[] | undefined>();
  known.set(outer, ways);
  if (!ways.has(inner)) {
    const items = outer && (itemsOf(outer)[0] ?? outer);
    const way = wayTo(items ? targetsOf(items) : roots, inner);
    ways.set(inner, way && [...way, ...itemsOf(inner)]);
  }
  return ways.get(inner);
};

/** The lists that can be asked for within the items of this one; without one, within an operation. */
export const listsWithin = (outer?: Step): readonly Step[] => listSteps.filter((inner) => wayBetween(outer, inner));

/** The way from a root through all of these lists, in this sequence. */
export const wayThrough = (lists: readonly Step[]): readonly Step[] =>
  lists.flatMap((list, index) => wayBetween(lists[index - 1], list) ?? []);

/** Some literal of a type, for arguments that must be given. */
const literalOf = (type: GraphQLInputType): string => {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return '[]';
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(nullable)) {
    const required = Object.values(nullable.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${required.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`;
  }
  const name = getNamedType(type).name;
  return name === 'Boolean' ? 'true' : name === 'Int' ? '1' : '"x"';
};

/** How a query says the size of its pages. */
export type Asking = 'with literals' | 'with variables' | 'with defaults of variables' | 'with nothing';
export const askings: readonly Asking[] = [
  'with literals',
  'with variables',
  'with defaults of variables',
  'with nothing',
];

/** The size that a query asks of a list. */
const sizeAsked = (list: ListSize, asking: Asking): number =>
  asking === 'with nothing' ? list.assumed : Math.max(list.assumed, ...list.arguments.values());

/** A query along a way, its variables, and the number of objects that its last step may return. */
export const askAlong = (way: readonly Step[], asking: Asking) => {
  const definitions: string[] = [];
  const variables: Record<string, number> = {};
  let rows = 1;
  const selected = way.reduceRight((below, step, index) => {
    const list = declared.lists.get(nameOf(step));
    if (list) rows *= sizeAsked(list, asking);
    const size = [...(list?.arguments.keys() ?? [])][0];
    const given = step.field.args.flatMap(({ name, type }) => {
      if (name !== size || asking === 'with nothing') return isNonNullType(type) ? [`${name}: ${literalOf(type)}`] : [];
      const most = list?.arguments.get(name) ?? 0;
      if (asking === 'with literals') return [`${name}: ${most}`];
      const variable = `n${index}`;
      definitions.push(`$${variable}: Int${asking === 'with variables' ? '' : ` = ${most}`}`);
      if (asking === 'with variables') variables[variable] = most;
      return [`${name}: $${variable}`];
    });
    const field = `${step.field.name}${given.length > 0 ? `(${given.join(', ')})` : ''} { ${below} }`;
    const above = way[index - 1];
    const isNarrowed = above !== undefined && isInterfaceType(getNamedType(above.field.type));
    return isNarrowed ? `... on ${step.owner.name} { ${field} }` : field;
  }, '__typename');
  const root = way[0]?.owner === api.getMutationType() ? 'mutation' : 'query';
  const query = `${root}${definitions.length > 0 ? ` (${definitions.join(', ')})` : ''} { ${selected} }`;
  return { query, variables, rows };
};
