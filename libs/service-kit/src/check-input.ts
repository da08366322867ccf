import { HeaderMap, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import { AppError } from '@boxlist/contracts';
import {
  coerceInputValue,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLScalarType,
  GraphQLSkipDirective,
  isInputObjectType,
  isInputType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLErrorOptions,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type ValidationRule,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { withoutValues } from './without-values';

/** A value that a custom scalar cannot read. */
class UnreadableValue extends GraphQLError {
  constructor(message: string, options: Pick<GraphQLErrorOptions, 'nodes' | 'path'> & { readonly field?: string[] }) {
    const { field, ...where } = options;
    super(message, { ...where, extensions: { code: 'BAD_USER_INPUT', ...(field ? { field } : {}) } });
  }
}

const refusing =
  <A extends unknown[], T>(read: (...given: A) => T) =>
  (...given: A): T => {
    try {
      return read(...given);
    } catch (error) {
      throw new UnreadableValue(error instanceof Error ? error.message : 'The value cannot be read', {
        nodes: error instanceof GraphQLError ? error.nodes : undefined,
      });
    }
  };

/** A scalar under Boxlist's name for it. Its refusals can be distinguished from defects. */
const inputScalar = <I, E>(name: string, scalar: GraphQLScalarType<I, E>): GraphQLScalarType<I, E> => {
  const config = scalar.toConfig();
  return new GraphQLScalarType<I, E>({
    ...config,
    name,
    parseValue: refusing(config.parseValue),
    parseLiteral: refusing(config.parseLiteral),
  });
};

/**
 * The reader of each custom scalar that clients send. Subgraphs resolve with these, and the gateway checks with
 * these.
 */
export const inputScalars = { DateTime: inputScalar('DateTime', GraphQLDateTimeISO) } as const;

const readerOf = (type: GraphQLInputType | null | undefined) => {
  const named = getNamedType(type ?? undefined);
  return named && Object.hasOwn(inputScalars, named.name)
    ? inputScalars[named.name as keyof typeof inputScalars]
    : undefined;
};

/** Every argument and input field of a schema: its full name and its type. */
export const inputPlaces = (schema: GraphQLSchema): { readonly name: string; readonly type: GraphQLInputType }[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .flatMap((owner) => {
      if (isInputObjectType(owner))
        return Object.values(owner.getFields()).map(({ name, type }) => ({ name: `${owner.name}.${name}`, type }));
      if (!isObjectType(owner) && !isInterfaceType(owner)) return [];
      return Object.values(owner.getFields()).flatMap((field) =>
        field.args.map(({ name, type }) => ({ name: `${owner.name}.${field.name}(${name}:)`, type })),
      );
    });

/**
 * Makes a composed schema read its custom scalars. Composition knows only their names and would pass any value on to
 * a subgraph. Throws DEFECT for an input scalar that is not in `inputScalars`. It does not affect literals:
 * `scalarLiterals` checks those, because it knows their path.
 */
export const readScalars = (schema: GraphQLSchema): void => {
  for (const { name, type } of inputPlaces(schema)) {
    const scalar = getNamedType(type);
    if (!isScalarType(scalar) || isSpecifiedScalarType(scalar)) continue;
    const reader = readerOf(scalar);
    if (!reader) throw new AppError('DEFECT', `${name} uses the scalar ${scalar.name}, but no code reads that scalar`);
    scalar.parseValue = reader.parseValue;
  }
};

/** The largest number of faults that one answer lists. */
const mostFaults = 50;

const shownPath = (path: readonly (string | number)[]): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('');

const faultsOfVariable = (
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] => {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  if (!isInputType(type)) return [];
  const faults: GraphQLError[] = [];
  const add = (path: readonly (string | number)[], why: string): void => {
    const extensions = { code: 'BAD_USER_INPUT', field: [name, ...path.map(String)] };
    if (faults.length < mostFaults)
      faults.push(new GraphQLError(`Variable "$${name}" ${why}`, { nodes: definition, extensions }));
  };
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value === undefined) {
    if (isNonNullType(type) && !definition.defaultValue)
      add([], `of required type "${String(type)}" was not provided.`);
  } else if (value === null) {
    if (isNonNullType(type)) add([], `of non-null type "${String(type)}" must not be null.`);
  } else
    coerceInputValue(value, type, (path, _invalid, { message }) =>
      add(path, `got invalid value${path.length > 0 ? ` at "${shownPath([name, ...path])}"` : ''}; ${message}`),
    );
  return faults;
};

/** Whether the request excludes a part of its selection through its own variables. */
const isLeftOut = (node: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean => {
  try {
    const skip = getDirectiveValues(GraphQLSkipDirective, node, variables);
    return skip?.if === true || getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if === false;
  } catch {
    // The directive itself contains a null. The visit of the directive finds it.
    return false;
  }
};

/**
 * Calls `use` for each variable that an operation uses, directly or in its fragments, with the type expected there.
 */
const visitUses = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  use: (name: string, place: GraphQLInputType | null | undefined) => void,
): void => {
  const types = new TypeInfo(schema);
  const reached = new Set<string>();
  const parts: ASTNode[] = [operation];
  const enter = (node: SelectionNode): false | undefined => (isLeftOut(node, variables) ? false : undefined);
  const visitor = visitWithTypeInfo(types, {
    VariableDefinition: () => false,
    Field: enter,
    InlineFragment: enter,
    FragmentSpread: (node) => {
      if (enter(node) === false || reached.has(node.name.value)) return false;
      reached.add(node.name.value);
      const isIt = (each: ASTNode) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === node.name.value;
      parts.push(...document.definitions.filter(isIt));
      return undefined;
    },
    Variable: ({ name }) => use(name.value, types.getInputType()),
  });
  for (let part = parts.pop(); part; part = parts.pop()) visit(part, visitor);
};

/**
 * A fault for each variable that is null where a value is required. GraphQL allows a nullable variable there if the
 * variable or the argument has a default, and finds the null only when it resolves the field.
 */
const faultsOfNulls = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] => {
  const definitions = operation.variableDefinitions ?? [];
  const { coerced } = getVariableValues(schema, definitions, variables);
  const nulls = new Map(
    definitions
      .filter(({ variable }) => coerced?.[variable.name.value] === null)
      .map((each) => [each.variable.name.value, each]),
  );
  const faults = new Map<string, GraphQLError>();
  if (!coerced || nulls.size === 0) return [];
  visitUses(schema, document, operation, coerced, (name, type) => {
    const definition = nulls.get(name);
    if (!definition || !isNonNullType(type)) return;
    const message = `Variable "$${name}" must not be null where "${String(type)}" is expected.`;
    const extensions = { code: 'BAD_USER_INPUT', field: [name] };
    faults.set(name, new GraphQLError(message, { nodes: definition, extensions }));
  });
  return [...faults.values()];
};

const faultsOfVariables = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] =>
  [
    ...(operation.variableDefinitions ?? []).flatMap((each) => faultsOfVariable(schema, each, variables)),
    ...faultsOfNulls(schema, document, operation, variables),
  ].slice(0, mostFaults);

/**
 * Refuses variables that do not match their types before anything runs: BAD_USER_INPUT, with the path of each in
 * `field`.
 */
export const checkVariables: ApolloServerPlugin<BaseContext> = {
  requestDidStart: async () => ({
    responseForOperation: async ({ schema, document, operation, request }) => {
      const faults = faultsOfVariables(schema, document, operation, request.variables ?? {});
      if (faults.length === 0) return null;
      const errors = faults.map((fault) => ({ ...fault.toJSON(), message: withoutValues(fault.message) }));
      return { http: { status: 400, headers: new HeaderMap() }, body: { kind: 'single', singleResult: { errors } } };
    },
  }),
};

/**
 * The location of a literal. `path`: the fields of the answer above it (undefined in a fragment). `field`: its
 * argument and the path within that argument.
 */
const placeOf = (document: ASTNode, keys: readonly (string | number)[]) => {
  const path: string[] = [];
  const field: string[] = [];
  let at: unknown = document;
  let isFragment = false;
  for (const [index, key] of keys.entries()) {
    at = (at as Record<string | number, unknown>)[key];
    if (typeof key === 'number' && keys[index - 1] === 'values') field.push(String(key));
    const node = at as Partial<ASTNode>;
    if (node.kind === Kind.FRAGMENT_DEFINITION) isFragment = true;
    else if (node.kind === Kind.FIELD) path.push((node.alias ?? node.name)?.value ?? '');
    else if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) field.push(node.name?.value ?? '');
    else if (node.kind === Kind.VARIABLE_DEFINITION) field.push(node.variable?.name.value ?? '');
  }
  return { path: isFragment || path.length === 0 ? undefined : path, field };
};

/** Refuses literals that a custom scalar cannot read: BAD_USER_INPUT with path and field. */
export const scalarLiterals: ValidationRule = (context) => {
  const check = (
    node: ValueNode,
    _key: string | number | undefined,
    _parent: unknown,
    keys: readonly (string | number)[],
  ): false | undefined => {
    const reader = readerOf(context.getInputType());
    if (!reader) return undefined;
    try {
      reader.parseLiteral(node);
    } catch (error) {
      const { path, field } = placeOf(context.getDocument(), keys);
      const why = error instanceof GraphQLError ? error.message : 'The value cannot be read';
      const message = `Argument "${field.join('.')}" has an invalid value; Expected type "${reader.name}". ${why}`;
      context.reportError(new UnreadableValue(message, { nodes: node, path, field }));
    }
    return false;
  };
  return {
    IntValue: check,
    FloatValue: check,
    StringValue: check,
    BooleanValue: check,
    EnumValue: check,
    ObjectValue: check,
    ListValue: (node, ...place) =>
      isListType(getNullableType(context.getParentInputType())) ? undefined : check(node, place[0], place[1], place[2]),
  };
};

/**
 * The error of the custom scalar that could not read a value, if that caused a validation error. Otherwise undefined.
 */
export const inputFaultBehind = (error: unknown): GraphQLError | undefined => {
  const cause = error instanceof GraphQLError ? error.originalError : undefined;
  return cause instanceof UnreadableValue ? cause : undefined;
};
