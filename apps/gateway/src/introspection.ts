import { GraphQLError, type ValidationRule } from 'graphql';

/**
 * Lets a document read each part of the schema once. Under many names, one short document would get the whole schema
 * many times. The queries of tools have no aliases there. The server itself limits the depth.
 */
export const introspectionWithoutAliases: ValidationRule = (context) => ({
  Field: (node) => {
    if (!node.alias || node.alias.value === node.name.value) return;
    const isPart = context.getParentType()?.name.startsWith('__') === true;
    if (isPart || node.name.value === '__schema')
      context.reportError(
        new GraphQLError('Fields of the schema cannot have another name (alias) here', { nodes: [node] }),
      );
  },
});
