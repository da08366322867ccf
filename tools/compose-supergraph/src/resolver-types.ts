import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

type Mappers = Readonly<Record<string, string>>;

/** Where only an entity's key stands behind its type, and every other field is looked up. */
const keyOnly = '{ readonly id: string }';

/**
 * A service's own type behind a type of the graph, seen from the generated file; under a name that the graph's types
 * leave free.
 */
const source = (file: string, name: string): string => `../${file}#${name} as ${name}Source`;

/**
 * For each subgraph: what its resolvers get as parents and may return, where that is not simply the fields of the
 * graph's type.
 */
const mappers: Readonly<Record<string, Mappers>> = {
  billing: {
    BoxOffice: keyOnly,
    ConnectableApp: source('domain/connectable-app', 'ConnectableApp'),
    AppSubscription: source('domain/subscription', 'Subscription'),
    InvoiceConnection: source('use-cases/list-invoices', 'InvoicePage'),
  },
  'auth-connection': {
    BoxOffice: keyOnly,
    Connection: source('domain/connection', 'Connection'),
    ConnectionSettings: source('domain/connection', 'ConnectionSettings'),
  },
  workflow: {
    BoxOffice: keyOnly,
    Workflow: source('domain/workflow', 'Workflow'),
    WorkflowVersion: source('domain/workflow', 'WorkflowVersion'),
    WorkflowConnection: source('use-cases/list-workflows', 'WorkflowPage'),
  },
  sync: {
    BoxOffice: keyOnly,
    Workflow: keyOnly,
    Delivery: source('domain/delivery', 'Delivery'),
    DeliveryConnection: source('use-cases/history/list-deliveries', 'DeliveryPage'),
    Backfill: source('store/backfills', 'Backfill'),
    Retry: source('store/retries', 'Retry'),
    DeadLetter: source('store/dead-letters', 'DeadLetter'),
    DeadLetterConnection: source('use-cases/dead-letters/dead-letter-commands', 'DeadLetterPage'),
    Notice: source('store/notices', 'Notice'),
    NoticeConnection: source('use-cases/history/list-notices', 'NoticePage'),
    BuyerErasure: source('store/erasures', 'Erasure'),
    ErasedContact: source('store/erasures', 'ErasedContact'),
    PreviewedOrder: source('use-cases/history/preview-workflow', 'Previewed'),
    WaitingFor: source('use-cases/history/count-deliveries', 'Waiting'),
    QuotaUse: "{ readonly class: import('../domain/ledger').CallClass; readonly calls: number }",
  },
};

/** The types of a subgraph's resolvers, as TypeScript. */
export const resolverTypes = async (subgraph: string, schema: string): Promise<string> => {
  const types = await codegen({
    filename: 'resolver-types.ts',
    schema: parse(schema),
    documents: [],
    config: {
      federation: true,
      // The schemas bring federation 2 with their own @link.
      disableFederationDirectiveAndScalarInjection: true,
      contextType: '../context#GraphContext',
      mappers: mappers[subgraph] ?? {},
      scalars: { ID: 'string', DateTime: 'Date', CurrencyCode: 'string', JSON: 'unknown' },
      strictScalars: true,
      enumsAsTypes: true,
      // What may be null must still be there: else nobody would miss a renamed field. `CompleteResolvers` says which
      // resolvers may be left out.
      avoidOptionals: { field: true, resolvers: true },
      maybeValue: 'T | null | undefined',
      immutableTypes: true,
      // Only where an interface is answered must a value say of which type it is.
      skipTypename: true,
      resolversNonOptionalTypename: { interfaceImplementingType: true },
      useTypeImports: true,
    },
    plugins: [{ typescript: {} }, { typescriptResolvers: {} }],
    pluginMap: { typescript, typescriptResolvers },
  });
  return `// Generated from schema.graphql by \`npm run generate\`: do not edit.\n${types.trim()}\n`;
};
