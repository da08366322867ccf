import type { GraphQLScalarType } from 'graphql';

type Answer<Resolver> = ReturnType<Extract<Resolver, (...args: never[]) => unknown>>;

/** Whether a value answers a field by itself: by a property, or by a method, of the field's name and type. */
type Answers<Source, Field extends PropertyKey, Resolver> = [Source] extends [Readonly<Record<Field, infer Value>>]
  ? [Value] extends [never]
    ? false
    : [Value] extends [Answer<Resolver> | (() => Answer<Resolver>)]
      ? true
      : false
  : false;

/** Without `__isTypeOf`: an interface's `__resolveType` tells its types apart. */
type FieldOf<TypeResolvers> = Exclude<keyof TypeResolvers, '__isTypeOf'>;

/** The fields of a type that what stands behind it does not answer; never for a scalar. */
type Unanswered<TypeResolvers, Source> = TypeResolvers extends GraphQLScalarType
  ? never
  : {
      [Field in FieldOf<TypeResolvers>]: Answers<Source, Field, TypeResolvers[Field]> extends true ? never : Field;
    }[FieldOf<TypeResolvers>];

/**
 * A subgraph's generated `Resolvers`, without those that GraphQL does not need: a field's may be left out where what
 * stands behind its type (`Sources`, the generated `ResolversParentTypes`) has a property or a method of that name that
 * gives the same. So a field that is renamed in the schema fails the type check. Custom scalars may be left out too.
 *
 * It does not see what a resolver makes of its arguments: those that may be absent are to be handed on by name, not as
 * a whole.
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
