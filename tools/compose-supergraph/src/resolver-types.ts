import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

type Mappers = Readonly<Record<string, string>>;

/** For an entity whose resolvers get only its key and look up every other field. */
const keyOnly = '{ readonly id: string }';

/**
 * A service's own type behind a type of the graph, with a path from the generated file, and an alias that no type of
 * the graph uses.
 */
const source = (file: string, name: string): string => `../${file}#${name} as ${name}Source`;

/**
 * For each subgraph: the values that its resolvers get as parents and may return, if they are not simply the fields of
 * the graph's type.
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
  audit: {
    BoxOffice: keyOnly,
    AuditEntry: source('domain/entry', 'Entry'),
    AuditEntryConnection: source('use-cases/read-log', 'EntryPage'),
    AuditObject: '{ readonly type: string; readonly id: string }',
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
    QuotaUse: "{ readonly class: import('../domain/ledger-state').CallClass; readonly calls: number }",
  },
};

/** Returns the types of a subgraph's resolvers, as TypeScript. */
export const resolverTypes = async (subgraph: string, schema: string): Promise<string> => {
  const types = await codegen({
    filename: 'resolver-types.ts',
    schema: parse(schema),
    documents: [],
    config: {
      federation: true,
      // The schemas declare federation 2 with their own @link.
      disableFederationDirectiveAndScalarInjection: true,
      contextType: '../context#GraphContext',
      mappers: mappers[subgraph] ?? {},
      scalars: { ID: 'string', DateTime: 'Date', CurrencyCode: 'string', JSON: 'unknown' },
      strictScalars: true,
      enumsAsTypes: true,
      // Nullable fields must still be present, so that a renamed field is a type error. `CompleteResolvers` decides
      // which resolvers may be left out.
      avoidOptionals: { field: true, resolvers: true },
      maybeValue: 'T | null | undefined',
      immutableTypes: true,
      // A value must name its type only if the field returns an interface.
      skipTypename: true,
      resolversNonOptionalTypename: { interfaceImplementingType: true },
      useTypeImports: true,
    },
    plugins: [{ typescript: {} }, { typescriptResolvers: {} }],
    pluginMap: { typescript, typescriptResolvers },
  });
  return `// Generated from schema.graphql by \`npm run generate\`: do not edit.\n${types.trim()}\n`;
};
