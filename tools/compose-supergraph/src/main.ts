import { composeServices } from '@apollo/composition';
import { diff, CriticalityLevel } from '@graphql-inspector/core';
import { buildSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolverTypes } from './resolver-types';

/**
 * Composes the committed subgraph schemas into the supergraph and the API schema, and writes the types of each
 * subgraph's resolvers. `--check` writes nothing and fails if a file is stale.
 */
const root = join(__dirname, '../../..');
const check = process.argv.includes('--check');
const schemaOf = (app: string): string => join(root, 'apps', app, 'schema.graphql');
const subgraphs = readdirSync(join(root, 'apps'))
  .filter((app) => existsSync(schemaOf(app)))
  .map((name) => ({ name, schema: readFileSync(schemaOf(name), 'utf8') }));

const begun = performance.now();
const result = composeServices(
  subgraphs.map(({ name, schema }) => ({ name, url: `http://${name}.invalid/graphql`, typeDefs: parse(schema) })),
);
if (result.errors) {
  for (const error of result.errors) console.error(`✗ ${error.message}`);
  process.exit(1);
}
const apiSchema = result.schema.toAPISchema().toGraphQLJSSchema();
// GraphQL uses any type of that name as the root of subscriptions, which no service here offers.
if (apiSchema.getSubscriptionType()) {
  console.error('✗ a subgraph has a type named Subscription: give it another name');
  process.exit(1);
}
const api = printSchema(lexicographicSortSchema(apiSchema));
console.log(`Composed ${subgraphs.length} subgraphs in ${(performance.now() - begun).toFixed(0)} ms`);

const apiFile = join(root, 'docs/schema/api.graphql');
const before = existsSync(apiFile) ? readFileSync(apiFile, 'utf8') : undefined;

const reportBreaking = async (): Promise<void> => {
  if (!before) return;
  const changes = await diff(buildSchema(before), buildSchema(api));
  for (const { criticality, message } of changes)
    if (criticality.level === CriticalityLevel.Breaking) console.error(`! breaking: ${message}`);
};

const main = async (): Promise<void> => {
  await reportBreaking();
  const outputs: [string, string][] = [
    [join(root, 'apps/gateway/supergraph.graphql'), `${result.supergraphSdl.trim()}\n`],
    [apiFile, `# Generated from the subgraphs' schemas: do not edit.\n${api}\n`],
  ];
  for (const { name, schema } of subgraphs)
    outputs.push([join(root, 'apps', name, 'src/generated/resolver-types.ts'), await resolverTypes(name, schema)]);
  const stale = outputs.filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
  if (check && stale.length > 0) {
    for (const [file] of stale) console.error(`✗ stale: ${file.slice(root.length + 1)} (npm run generate)`);
    process.exit(1);
  }
  for (const [file, text] of stale) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
};

void main();
