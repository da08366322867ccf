import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
  isSpecifiedScalarType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/**
 * One place where a custom scalar can be sent, with a document that has a literal there, or a variable for the whole
 * argument.
 */
export interface ScalarPlace {
  /** The name from `inputPlaces`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly field: readonly string[];
  readonly withLiteral: (literal: string) => string;
  readonly withVariable: (value: unknown) => { readonly query: string; readonly variables: Record<string, unknown> };
}

const sampleOf = (type: GraphQLInputType): unknown => {
  const plain = getNullableType(type);
  if (isListType(plain)) return [];
  if (isEnumType(plain)) return plain.getValues()[0]?.name;
  if (isInputObjectType(plain))
    return Object.fromEntries(
      Object.values(plain.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, sampleOf(field.type)]),
    );
  return { Int: 1, Float: 1, Boolean: true }[plain.name] ?? 'x';
};

/** A sample as a literal. Enum values have no quotes. */
const literalOf = (value: unknown, type: GraphQLInputType): string => {
  const plain = getNullableType(type);
  if (isEnumType(plain)) return String(value);
  if (!isInputObjectType(plain)) return JSON.stringify(value);
  const fields = plain.getFields();
  return `{ ${Object.entries(value as object)
    .map(([name, each]) => `${name}: ${literalOf(each, fields[name]!.type)}`)
    .join(', ')} }`;
};

interface Way {
  readonly name: string;
  readonly field: readonly string[];
  readonly literal: (bad: string) => string;
  readonly value: (bad: unknown) => unknown;
}

/** The paths from a type to the custom scalars in it. */
const waysInto = (name: string, field: readonly string[], type: GraphQLInputType, seen: readonly string[]): Way[] => {
  const plain = getNullableType(type);
  if (isListType(plain))
    return waysInto(name, [...field, '0'], plain.ofType, seen).map((way) => ({
      ...way,
      literal: (bad) => `[${way.literal(bad)}]`,
      value: (bad) => [way.value(bad)],
    }));
  if (isScalarType(plain))
    return isSpecifiedScalarType(plain) ? [] : [{ name, field, literal: (bad) => bad, value: (bad) => bad }];
  if (!isInputObjectType(plain) || seen.includes(plain.name)) return [];
  const sample = sampleOf(plain) as Record<string, unknown>;
  return Object.values(plain.getFields()).flatMap((inner) => {
    const { [inner.name]: _, ...others } = sample;
    const before = literalOf(others, plain).slice(0, -1);
    return waysInto(`${plain.name}.${inner.name}`, [...field, inner.name], inner.type, [...seen, plain.name]).map(
      (way): Way => ({
        ...way,
        literal: (bad) => `${before}${Object.keys(others).length > 0 ? ', ' : ''}${inner.name}: ${way.literal(bad)} }`,
        value: (bad) => ({ ...others, [inner.name]: way.value(bad) }),
      }),
    );
  });
};

const argumentsOf = ({ args }: GraphQLField<unknown, unknown>, without?: string): string[] =>
  args
    .filter((each) => isRequiredArgument(each) && each.name !== without)
    .map(({ name, type }) => `${name}: ${literalOf(sampleOf(type), type)}`);

const call = (name: string, args: readonly string[]): string =>
  `${name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;

interface Owner {
  readonly type: GraphQLObjectType;
  readonly path: readonly string[];
  readonly around: (selection: string) => string;
}

/** Every object type that a query can reach, each by a shortest path. */
const ownersIn = (schema: GraphQLSchema): Owner[] => {
  const roots = [
    { type: schema.getQueryType()!, path: [], around: (selection: string) => `query Q$vars { ${selection} }` },
    { type: schema.getMutationType()!, path: [], around: (selection: string) => `mutation Q$vars { ${selection} }` },
  ];
  const found: Owner[] = [...roots];
  for (const owner of found)
    for (const field of Object.values(owner.type.getFields())) {
      const type = getNamedType(field.type);
      const path = [...owner.path, field.name];
      const around = (selection: string) => owner.around(`${call(field.name, argumentsOf(field))} { ${selection} }`);
      const next = isObjectType(type) ? [type] : isAbstractType(type) ? schema.getPossibleTypes(type) : [];
      for (const each of next)
        if (!found.some((known) => known.type === each))
          found.push({
            type: each,
            path,
            around: isAbstractType(type) ? (selection) => around(`... on ${each.name} { ${selection} }`) : around,
          });
    }
  return found;
};

/** Every place where a schema accepts a custom scalar. */
export const scalarPlaces = (schema: GraphQLSchema): ScalarPlace[] =>
  ownersIn(schema).flatMap((owner) =>
    Object.values(owner.type.getFields()).flatMap((field) =>
      field.args.flatMap((argument) =>
        waysInto(`${owner.type.name}.${field.name}(${argument.name}:)`, [argument.name], argument.type, []).map(
          ({ name, field: inside, literal, value }): ScalarPlace => {
            const isLeaf = isScalarType(getNamedType(field.type)) || isEnumType(getNamedType(field.type));
            const selection = isLeaf ? '' : ' { __typename }';
            const documentWith = (given: string, vars: string): string => {
              const called = call(field.name, [...argumentsOf(field, argument.name), `${argument.name}: ${given}`]);
              return owner.around(`${called}${selection}`).replace('$vars', vars);
            };
            return {
              name,
              path: [...owner.path, field.name],
              field: inside,
              withLiteral: (bad) => documentWith(literal(bad), ''),
              withVariable: (bad) => ({
                query: documentWith(`$${argument.name}`, `($${argument.name}: ${String(argument.type)})`),
                variables: { [argument.name]: value(bad) },
              }),
            };
          },
        ),
      ),
    ),
  );
