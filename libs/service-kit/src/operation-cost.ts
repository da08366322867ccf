import { HeaderMap, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isCompositeType,
  isListType,
  Kind,
  parse,
  valueFromASTUntyped,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { operationsCut } from './operation-report';

/** How many items a list may have: the value of an argument, or `assumed` without one. */
export interface ListSize {
  readonly assumed: number;
  /** The arguments that set the size, with the most that each accepts. */
  readonly arguments: ReadonlyMap<string, number>;
  /** The fields of the answer that hold the items. Empty if the field itself is the list. */
  readonly sizedFields: readonly string[];
}

/** What a schema declares of the cost of its fields. Fields are named `Type.field`. */
export interface DeclaredCosts {
  /** `@cost` of types and fields. */
  readonly weights: ReadonlyMap<string, number>;
  /** `@listSize` of fields. */
  readonly lists: ReadonlyMap<string, ListSize>;
  /** The fields whose size a field above them has set: `nodes` and `edges` of a page. */
  readonly sized: ReadonlySet<string>;
}

const namedOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedOf(type.type));

const argumentsOf = (
  directives: readonly DirectiveNode[] | undefined,
  name: string,
): Readonly<Record<string, unknown>> | undefined => {
  const found = directives?.find((each) => each.name.value === name);
  return (
    found &&
    Object.fromEntries((found.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]))
  );
};

const listSizeOf = (field: FieldDefinitionNode): ListSize | undefined => {
  const given = argumentsOf(field.directives, 'listSize');
  if (!given) return undefined;
  const slicing = (given.slicingArguments ?? []) as readonly string[];
  const most = (name: string): number => {
    const argument = field.arguments?.find((each) => each.name.value === name);
    return Number(argumentsOf(argument?.directives, 'atMost')?.value ?? NaN);
  };
  return {
    assumed: Number(given.assumedSize ?? NaN),
    arguments: new Map(slicing.map((name) => [name, most(name)])),
    sizedFields: (given.sizedFields ?? []) as readonly string[],
  };
};

/**
 * Reads what a schema declares with `@cost`, `@listSize` and `@atMost`. It reads the text of a subgraph's schema or of
 * the supergraph, because a built schema no longer has its directives.
 */
export const declaredCosts = (sdl: string): DeclaredCosts => {
  const weights = new Map<string, number>();
  const lists = new Map<string, ListSize>();
  const sized = new Set<string>();
  const weigh = (name: string, directives: readonly DirectiveNode[] | undefined): void => {
    const cost = argumentsOf(directives, 'cost');
    if (cost) weights.set(name, Number(cost.weight));
  };
  for (const type of parse(sdl, { noLocation: true }).definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    weigh(type.name.value, type.directives);
    for (const field of type.fields ?? []) {
      const name = `${type.name.value}.${field.name.value}`;
      weigh(name, field.directives);
      const size = listSizeOf(field);
      if (!size) continue;
      lists.set(name, size);
      for (const each of size.sizedFields) sized.add(`${namedOf(field.type)}.${each}`);
    }
  }
  return { weights, lists, sized };
};

/** The size of a list of objects that declares none. A test over the composed schema fails for such a list. */
const undeclaredSize = 100;

const sizeOf = (list: ListSize | undefined, given: Readonly<Record<string, unknown>>): number => {
  const sizes = [...(list?.arguments.keys() ?? [])]
    .map((name) => given[name])
    .filter((size) => typeof size === 'number');
  // A page of none still has its position and its count.
  return sizes.length > 0 ? Math.max(1, ...sizes) : (list?.assumed ?? undeclaredSize);
};

const faultsOfSizes = (list: ListSize | undefined, given: Readonly<Record<string, unknown>>): GraphQLError[] =>
  [...(list?.arguments ?? [])].flatMap(([name, most]) => {
    const size = given[name];
    if (typeof size !== 'number' || (size >= 0 && size <= most)) return [];
    const extensions = { code: 'BAD_USER_INPUT', reason: 'BAD_INPUT', field: [name] };
    return new GraphQLError(`${name} must be between 0 and ${most}`, { extensions });
  });

/**
 * The cost of one field, with what it selects. An object costs 1, a plain value nothing, a list of plain values 1. What
 * a list selects counts for each item, and `@cost` of a field counts once.
 */
const estimatorOf =
  ({ weights, lists, sized }: DeclaredCosts): ComplexityEstimator =>
  ({ type, field, args, childComplexity, context }) => {
    if (field.name.startsWith('__')) return 0;
    if (field.name === '_entities') {
      const { representations } = args as { readonly representations?: unknown };
      return childComplexity * (Array.isArray(representations) ? representations.length : 1);
    }
    const name = `${type.name}.${field.name}`;
    const weight = weights.get(name);
    const named = getNamedType(field.type);
    const isList = isListType(getNullableType(field.type));
    if (!isCompositeType(named)) return weight ?? (isList ? 1 : 0);
    const list = lists.get(name);
    (context as GraphQLError[] | undefined)?.push(...faultsOfSizes(list, args));
    const item = weights.get(named.name) ?? 1;
    if (list && list.sizedFields.length > 0) return (weight ?? item) + sizeOf(list, args) * childComplexity;
    if (!isList || sized.has(name)) return (weight ?? item) + childComplexity;
    return (weight ?? 0) + sizeOf(list, args) * (item + childComplexity);
  };

/** The cost of an operation, and the sizes that a list does not accept. */
export interface OperationCost {
  readonly cost: number;
  readonly faults: readonly GraphQLError[];
}

export type CostOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
) => OperationCost;

/**
 * Returns a function that computes the cost of one operation of a valid document, by what `sdl` declares. Variables
 * count as the values that they have after coercion, and arguments that are left out as their defaults. The function
 * throws GraphQLError if a variable does not match its type.
 */
export const createCostOf = (sdl: string): CostOf => {
  const estimators = [estimatorOf(declaredCosts(sdl))];
  return (schema, document, operation, variables) => {
    // Only the operation that is executed counts.
    const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    const query: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
    const faults: GraphQLError[] = [];
    const cost = getComplexity({ schema, query, variables: { ...variables }, estimators, context: faults as never });
    return { cost, faults };
  };
};

/** The most costs that are remembered for one document. */
const mostRemembered = 100;

/** The types of variables that can change a cost: sizes, conditions, and the number of entities. */
const costlyTypes = new Set(['Int', 'Boolean', '_Any']);

/**
 * Remembers the costs of a document, which the server parses once, by the variables that can change them. Most requests
 * then cost a look-up.
 */
const remembered = (costOf: CostOf): CostOf => {
  const known = new WeakMap<DocumentNode, Map<string, OperationCost>>();
  return (schema, document, operation, variables) => {
    const given = (operation.variableDefinitions ?? [])
      .filter(({ type }) => costlyTypes.has(namedOf(type)))
      .map(({ variable }) => variables[variable.name.value])
      .map((value) => (Array.isArray(value) ? [value.length] : value));
    const key = JSON.stringify([operation.name?.value, ...given.map((value) => (value === undefined ? [] : [value]))]);
    const costs = known.get(document) ?? new Map<string, OperationCost>();
    known.set(document, costs);
    const found = costs.get(key);
    if (found) return found;
    const counted = costOf(schema, document, operation, variables);
    if (costs.size >= mostRemembered) costs.clear();
    costs.set(key, counted);
    return counted;
  };
};

const refused = (errors: readonly GraphQLError[]) => ({
  http: { status: 400, headers: new HeaderMap() },
  body: { kind: 'single' as const, singleResult: { errors: errors.map((error) => error.toJSON()) } },
});

/**
 * Refuses an operation that costs more than `budget`, before anything is planned or runs: BAD_USER_INPUT with the
 * reason OPERATION_TOO_COSTLY, its cost and the budget. Place it after `checkVariables`.
 */
export const limitCost = (sdl: string, budget: number): ApolloServerPlugin<BaseContext> => {
  const costOf = remembered(createCostOf(sdl));
  return {
    requestDidStart: async () => ({
      responseForOperation: async ({ schema, document, operation, request }) => {
        let counted: OperationCost;
        try {
          counted = costOf(schema, document, operation, request.variables ?? {});
        } catch (error) {
          if (!(error instanceof GraphQLError)) throw error;
          return refused([
            new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT' } }),
          ]);
        }
        const { cost, faults } = counted;
        if (faults.length > 0) return refused(faults.slice(0, 1));
        if (cost <= budget) return null;
        operationsCut({ reason: 'OPERATION_TOO_COSTLY' });
        const extensions = { code: 'BAD_USER_INPUT', reason: 'OPERATION_TOO_COSTLY', cost, budget };
        const message =
          `The operation costs ${cost}, and the budget is ${budget}. ` +
          'Ask for smaller pages, or for less in each item.';
        return refused([new GraphQLError(message, { extensions })]);
      },
    }),
  };
};
