import {
  newId,
  topics,
  workflowEventSchema,
  type BoxOfficeId,
  type ConnectionFact,
  type WorkflowFact,
} from '@boxlist/contracts';
import { consumeFacts, createEventBus, type EventBus } from '@boxlist/event-bus';
import { createIdentitySigner, createLog, isMutation, settings, type Role } from '@boxlist/service-kit';
import {
  aConnection,
  anEntitlement,
  askSubgraph,
  connectionMessage,
  entitlementMessage,
  startServers,
  type FactMessage,
} from '@boxlist/testkit';
import { exportJWK, generateKeyPair } from 'jose';
import mongoose from 'mongoose';
import { configSchema } from '../src/config';
import { createWorkflowService } from '../src/service';

interface UserError {
  readonly code: string;
  readonly field: string[] | null;
}
interface Answer<T> {
  readonly data: T | null;
  readonly errors?: { readonly message: string; readonly extensions: Record<string, unknown> }[];
}
interface Seen {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly version: number;
}
interface Payload {
  readonly workflow: Seen | null;
  readonly userErrors: UserError[];
}

/** Consumes the facts on `workflows.v1`, and can wait for a version. */
const listen = async (bus: EventBus) => {
  const published: WorkflowFact[] = [];
  let heard = (): void => undefined;
  await consumeFacts(bus, {
    topic: topics.workflows.name,
    groupId: 'test.workflows',
    schema: workflowEventSchema,
    apply: async ({ data }) => {
      published.push(data);
      heard();
    },
  });
  const factsOf = (id: string) => published.filter(({ workflowId }) => workflowId === id);
  return {
    factsOf,
    /** Resolves once that version of a workflow was published. */
    published: async (id: string, version: number): Promise<WorkflowFact> => {
      for (;;) {
        const fact = factsOf(id).find((each) => each.version === version);
        if (fact) return fact;
        await new Promise<void>((resolve) => (heard = resolve));
      }
    },
  };
};

/**
 * The workflow service on real servers, with a gateway's signature. The test publishes the facts of the other
 * services.
 */
export const createWorld = async (given: Readonly<Record<string, string>> = {}) => {
  const servers = await startServers();
  const prefix = `t${newId('event').slice(-10).toLowerCase()}`;
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  const env = {
    LOG_LEVEL: 'silent',
    MONGODB_URI: servers.mongo.uri,
    MONGODB_DATABASE_PREFIX: prefix,
    KAFKA_BROKERS: servers.kafka.brokers,
    KAFKA_TOPIC_PREFIX: `${prefix}.`,
    IDENTITY_PUBLIC_JWK: JSON.stringify(await exportJWK(publicKey)),
    WORKFLOW_PORT: '0',
    ...given,
  };
  const config = settings(configSchema, env);
  let now = new Date('2026-07-01T10:00:00Z').getTime();
  const service = await createWorkflowService(config, { clock: () => new Date((now += 1_000)) });
  const log = createLog('test', 'silent');
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'test',
    topicPrefix: env.KAFKA_TOPIC_PREFIX,
    log,
  });
  const mongo = await mongoose
    .createConnection(env.MONGODB_URI, { dbName: `${prefix}_workflow`, autoIndex: false })
    .asPromise();

  const say = ({ topic, ...message }: FactMessage) => bus.publish(topic, [message]);

  return {
    url: service.url,
    service,
    bus,
    mongo,
    ...(await listen(bus)),
    sign,
    entitle: (boxOfficeId: BoxOfficeId, version: number, entitled = true) =>
      say(
        entitlementMessage(
          anEntitlement({ boxOfficeId, status: entitled ? 'ACTIVE' : 'CANCELLED', entitled, version }),
        ),
      ),
    connection: (boxOfficeId: BoxOfficeId, connectionId: string, status: ConnectionFact['status'], version: number) =>
      say(connectionMessage(aConnection({ boxOfficeId, connectionId, status, version, accountId: 'acc_1' }))),
    /** Queries the service like the gateway, for this person. */
    ask: async <T>(
      boxOfficeId: BoxOfficeId,
      role: Role,
      query: string,
      variables: Record<string, unknown> = {},
    ): Promise<Answer<T>> => {
      const signed = (body: string) =>
        sign({ subject: 'user_1', boxOfficeId, role }, { subgraph: 'workflow', body, once: isMutation(query) });
      return askSubgraph<Answer<T>>(service.url, signed, query, variables);
    },
    close: async () => {
      await service.close();
      await bus.close();
      await mongo.dropDatabase();
      await mongo.close();
      await servers.stop();
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;

export const listId = '11111111-1111-5111-a111-111111111111';
export const tagId = '22222222-2222-5222-a222-222222222222';

const changed = '{ workflow { id name status version } userErrors { code field } }';

/** An organiser with a new box office, with the add-on and a connection by default. */
export const createOrganiser = async (world: World, has: { addOn?: boolean; connection?: boolean } = {}) => {
  const boxOfficeId = newId('boxOffice');
  const connectionId: string = newId('connection');
  if (has.addOn ?? true) await world.entitle(boxOfficeId, 1);
  if (has.connection ?? true) await world.connection(boxOfficeId, connectionId, 'CONNECTED', 1);
  const mutate = async (name: string, type: string, input: object, role: Role = 'manager') => {
    const answer = await world.ask<Record<string, Payload>>(
      boxOfficeId,
      role,
      `mutation ($input: ${type}!) { result: ${name}(input: $input) ${changed} }`,
      { input },
    );
    return { ...answer, payload: answer.data?.result };
  };
  const create = (input: object = {}, role?: Role) =>
    mutate(
      'createWorkflow',
      'CreateWorkflowInput',
      { templateId: 'add-to-list', connectionId, name: 'News', details: [{ key: 'listId', value: listId }], ...input },
      role,
    );
  return {
    boxOfficeId,
    connectionId,
    create,
    /** Creates a workflow. Throws if it is refused. */
    created: async (input: object = {}): Promise<Seen> => {
      const { payload, errors } = await create(input);
      if (!payload?.workflow) throw new Error(`refused: ${JSON.stringify(payload?.userErrors ?? errors)}`);
      return payload.workflow;
    },
    update: (input: object, role?: Role) => mutate('updateWorkflow', 'UpdateWorkflowInput', input, role),
    pause: (input: object, role?: Role) => mutate('pauseWorkflow', 'ChangeWorkflowInput', input, role),
    resume: (input: object, role?: Role) => mutate('resumeWorkflow', 'ChangeWorkflowInput', input, role),
    remove: (input: object, role?: Role) => mutate('deleteWorkflow', 'ChangeWorkflowInput', input, role),
    duplicate: (input: object, role?: Role) => mutate('duplicateWorkflow', 'DuplicateWorkflowInput', input, role),
    ask: <T>(query: string, variables: Record<string, unknown> = {}, role: Role = 'viewer') =>
      world.ask<T>(boxOfficeId, role, query, variables),
    total: async (): Promise<number | undefined> =>
      (
        await world.ask<{ boxOffice: { workflows: { totalCount: number } } }>(
          boxOfficeId,
          'viewer',
          '{ boxOffice { workflows { totalCount } } }',
        )
      ).data?.boxOffice.workflows.totalCount,
    versions: async (id: string): Promise<number[]> => {
      const answer = await world.ask<{ node: { versions: { nodes: { version: number }[] } } | null }>(
        boxOfficeId,
        'viewer',
        `query ($id: ID!) { node(id: $id) { ... on Workflow { versions(first: 100) { nodes { version } } } } }`,
        { id },
      );
      return answer.data?.node?.versions.nodes.map(({ version }) => version) ?? [];
    },
  };
};
