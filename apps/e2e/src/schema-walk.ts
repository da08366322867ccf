import { workspaceRoot } from '@boxlist/testkit';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
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

/** The public graph, as composed of all subgraphs. */
export const publicSchema = (): GraphQLSchema =>
  buildSchema(readFileSync(join(workspaceRoot(), 'docs/schema/api.graphql'), 'utf8'));

/** A field that a query reaches, with the fields that lead to it from the root. */
export interface Reached {
  /** `Type.field`. */
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly way: readonly GraphQLField<unknown, unknown>[];
  readonly root: 'query' | 'mutation';
}

const fieldsOf = (type: GraphQLObjectType) => Object.values(type.getFields());

/** Every field of every object type that a query reaches, each by a shortest way. */
export const reachedFields = (schema: GraphQLSchema): Reached[] => {
  const reached = new Map<string, Reached>();
  let open = [{ type: schema.getQueryType()!, way: [] as GraphQLField<unknown, unknown>[] }];
  const seen = new Set<string>();
  while (open.length > 0) {
    const next: typeof open = [];
    for (const { type, way } of open) {
      for (const field of fieldsOf(type)) {
        const name = `${type.name}.${field.name}`;
        // An interface is reached through the types that other fields return.
        if (!reached.has(name)) reached.set(name, { name, field, way, root: 'query' });
        const returned = getNamedType(field.type);
        if (!isObjectType(returned) || seen.has(returned.name)) continue;
        seen.add(returned.name);
        next.push({ type: returned, way: [...way, field] });
      }
    }
    open = next;
  }
  return [...reached.values()];
};

export const mutations = (schema: GraphQLSchema): Reached[] =>
  fieldsOf(schema.getMutationType()!).map((field) => ({
    name: `Mutation.${field.name}`,
    field,
    way: [],
    root: 'mutation',
  }));

/** The places of an argument at which a caller names something: ids, cursors and e-mail addresses. */
const placesIn = (type: GraphQLInputType, path: readonly string[], parents: readonly string[] = []): string[] => {
  const named = getNamedType(type);
  if (isInputObjectType(named))
    return parents.includes(named.name)
      ? []
      : Object.values(named.getFields()).flatMap((field) =>
          placesIn(field.type, [...path, field.name], [...parents, named.name]),
        );
  const isCursor = path.length === 1 && ['after', 'before'].includes(path[0]!);
  return named.name === 'ID' || isCursor || path.at(-1) === 'email' ? [path.join('.')] : [];
};

export const placesOf = ({ field }: Reached): string[] =>
  field.args.flatMap(({ type, name }) => placesIn(type, [name]));

/** A value of a type that passes the schema: what is required, and nothing else. */
const plainValue = (type: GraphQLInputType): unknown => {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [];
  if (isInputObjectType(nullable))
    return Object.fromEntries(
      Object.values(nullable.getFields())
        .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
        .map((field) => [field.name, plainValue(field.type)]),
    );
  if (isEnumType(nullable)) return nullable.getValues()[0]!.value;
  const plain: Readonly<Record<string, unknown>> = {
    Int: 1,
    Float: 1,
    Boolean: true,
    DateTime: '2026-07-01T10:00:00Z',
  };
  return plain[(nullable as { name: string }).name] ?? 'x';
};

/** The arguments that a field requires. */
export const plainArguments = (field: GraphQLField<unknown, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    field.args
      .filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
      .map(({ name, type }) => [name, plainValue(type)]),
  );

/** Sets a value at a path of arguments. It is wrapped into a list where the type is one. */
export const withValueAt = (
  { field }: Reached,
  args: Readonly<Record<string, unknown>>,
  place: string,
  value: string,
): Record<string, unknown> => {
  const set = (type: GraphQLInputType, given: unknown, path: readonly string[]): unknown => {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return [set(nullable.ofType, undefined, path)];
    if (path.length === 0) return value;
    if (!isInputObjectType(nullable)) throw new Error(`There is no ${place}`);
    const [name, ...rest] = path as [string, ...string[]];
    const known = { ...(plainValue(nullable) as object), ...((given ?? {}) as Record<string, unknown>) } as Record<
      string,
      unknown
    >;
    return { ...known, [name]: set(nullable.getFields()[name]!.type, known[name], rest) };
  };
  const [name, ...path] = place.split('.') as [string, ...string[]];
  const argument = field.args.find((each) => each.name === name);
  if (!argument) throw new Error(`There is no ${place}`);
  return { ...args, [name]: set(argument.type, args[name], path) };
};

/** The leaves of a type, and of what it contains up to a depth. Fields that require arguments are left out. */
const selectionOf = (type: GraphQLObjectType, depth: number): string => {
  const parts = fieldsOf(type).flatMap((field) => {
    if (field.args.some((each) => isNonNullType(each.type) && each.defaultValue === undefined)) return [];
    const returned = getNamedType(field.type);
    if (isLeafType(returned)) return [field.name];
    if (depth === 0 || !isObjectType(returned) || field.name === 'edges') return [];
    const inner = selectionOf(returned, depth - 1);
    return inner ? [`${field.name} ${inner}`] : [];
  });
  return `{ __typename ${parts.join(' ')} }`;
};

const argumentsText = (
  field: GraphQLField<unknown, unknown>,
  args: Readonly<Record<string, unknown>>,
  prefix: string,
) => {
  const names = Object.keys(args);
  return {
    use: names.length > 0 ? `(${names.map((name) => `${name}: $${prefix}${name}`).join(', ')})` : '',
    declare: names.map((name) => `$${prefix}${name}: ${String(field.args.find((each) => each.name === name)!.type)}`),
    variables: Object.fromEntries(names.map((name) => [`${prefix}${name}`, args[name]])),
  };
};

/** An operation that asks for one field, with the variables of its arguments. */
export const operationOf = (
  { field, way, root }: Reached,
  args: Readonly<Record<string, unknown>>,
  depth = 1,
): { query: string; variables: Record<string, unknown> } => {
  const returned = getNamedType(field.type);
  const own = argumentsText(field, args, 'own_');
  const inner =
    (isObjectType(returned) ? selectionOf(returned, depth) : '') ||
    (isLeafType(returned) ? '' : '{ __typename ... on Node { id } }');
  let text = `target: ${field.name}${own.use} ${inner}`;
  const declared = [...own.declare];
  let variables: Record<string, unknown> = own.variables;
  [...way].reverse().forEach((step, index) => {
    const outer = argumentsText(step, plainArguments(step), `way${index}_`);
    text = `${step.name}${outer.use} { ${text} }`;
    declared.push(...outer.declare);
    variables = { ...variables, ...outer.variables };
  });
  return { query: `${root} ${declared.length > 0 ? `(${declared.join(', ')})` : ''} { ${text} }`, variables };
};
