import { composeServices } from '@apollo/composition';
import { diff, CriticalityLevel } from '@graphql-inspector/core';
import { buildSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Composes the committed subgraph schemas to the supergraph and the API schema; `--check` writes nothing and fails when a file is stale. */
const root = join(__dirname, '../../..');
const check = process.argv.includes('--check');
const subgraphs = ['billing', 'auth-connection', 'workflow', 'sync'];

const begun = performance.now();
const result = composeServices(
  subgraphs.map((name) => ({
    name,
    url: `http://${name}.invalid/graphql`,
    typeDefs: parse(readFileSync(join(root, 'apps', name, 'schema.graphql'), 'utf8')),
  })),
);
if (result.errors) {
  for (const error of result.errors) console.error(`✗ ${error.message}`);
  process.exit(1);
}
const apiSchema = result.schema.toAPISchema().toGraphQLJSSchema();
// GraphQL takes any type of that name for its root of subscriptions, which nobody here serves.
if (apiSchema.getSubscriptionType()) {
  console.error('✗ a subgraph has a type named Subscription: give it another name');
  process.exit(1);
}
const api = printSchema(lexicographicSortSchema(apiSchema));
console.log(`Composed ${subgraphs.length} subgraphs in ${(performance.now() - begun).toFixed(0)} ms`);

const apiFile = join(root, 'docs/schema/api.graphql');
const before = existsSync(apiFile) ? readFileSync(apiFile, 'utf8') : undefined;

const outputs: [string, string][] = [
  [join(root, 'apps/gateway/supergraph.graphql'), `${result.supergraphSdl.trim()}\n`],
  [apiFile, `# Generated from the subgraphs' schemas: do not edit.\n${api}\n`],
];
const stale = outputs.filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);

const reportBreaking = async (): Promise<void> => {
  if (!before) return;
  const changes = await diff(buildSchema(before), buildSchema(api));
  for (const { criticality, message } of changes)
    if (criticality.level === CriticalityLevel.Breaking) console.error(`! breaking: ${message}`);
};

void reportBreaking().then(() => {
  if (check && stale.length > 0) {
    for (const [file] of stale) console.error(`✗ stale: ${file.slice(root.length + 1)} (npm run generate)`);
    process.exit(1);
  }
  for (const [file, text] of stale) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
});
