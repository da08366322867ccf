import type { GraphQLScalarType } from 'graphql';

type Answer<Resolver> = ReturnType<Extract<Resolver, (...args: never[]) => unknown>>;

/** Whether a source value answers a field itself, through a property or method of the field's name and type. */
type Answers<Source, Field extends PropertyKey, Resolver> = [Source] extends [Readonly<Record<Field, infer Value>>]
  ? [Value] extends [never]
    ? false
    : [Value] extends [Answer<Resolver> | (() => Answer<Resolver>)]
      ? true
      : false
  : false;

/** Without `__isTypeOf`: an interface's `__resolveType` distinguishes its types. */
type FieldOf<TypeResolvers> = Exclude<keyof TypeResolvers, '__isTypeOf'>;

/** The fields of a type that its source value does not answer. Never for a scalar. */
type Unanswered<TypeResolvers, Source> = TypeResolvers extends GraphQLScalarType
  ? never
  : {
      [Field in FieldOf<TypeResolvers>]: Answers<Source, Field, TypeResolvers[Field]> extends true ? never : Field;
    }[FieldOf<TypeResolvers>];

/**
 * A subgraph's generated `Resolvers`, without those that GraphQL does not need. A field needs no resolver if the
 * source of its type (`Sources`, the generated `ResolversParentTypes`) has a property or a method of the same name
 * and type. So the type check fails when a field is renamed in the schema. Custom scalars may be omitted too.
 *
 * It does not check how a resolver uses its arguments. Pass optional arguments on by name, not as a whole.
 */
export type CompleteResolvers<Resolvers, Sources extends Record<keyof Resolvers, unknown>> = {
  readonly [Type in keyof Resolvers]?: Resolvers[Type] extends GraphQLScalarType
    ? Resolvers[Type]
    : Partial<Resolvers[Type]>;
} & {
  readonly [
    Type in keyof Resolvers as [Unanswered<Resolvers[Type], Sources[Type]>] extends [never] ? never : Type
  ]: Readonly<Record<Unanswered<Resolvers[Type], Sources[Type]>, unknown>>;
};
