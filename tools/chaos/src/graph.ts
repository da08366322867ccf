import { askSubgraph } from '@boxlist/testkit';
import { isMutation, type IdentitySigner } from '@boxlist/service-kit';
import type { BoxOfficeId } from '@boxlist/contracts';

/** One delivery as the graph shows it. */
export interface SeenDelivery {
  readonly id: string;
  readonly status: 'PENDING' | 'WAITING' | 'SYNCED' | 'SKIPPED' | 'FAILED';
  readonly reason: { readonly code: string } | null;
  readonly order: { readonly id: string };
  readonly workflow: { readonly id: string };
}

export interface Stats {
  readonly total: number;
  readonly synced: number;
  readonly skipped: number;
  readonly failed: number;
  readonly pending: number;
  readonly skippedByReason: readonly { readonly code: string; readonly count: number }[];
}

interface Page<T> {
  readonly nodes: T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const statsFields = 'stats { total synced skipped failed pending skippedByReason { code count } }';

const pages = async <T>(read: (after: string | null) => Promise<Page<T>>): Promise<T[]> => {
  const all: T[] = [];
  for (let after: string | null = null, goesOn = true; goesOn;) {
    const page: Page<T> = await read(after);
    all.push(...page.nodes);
    after = page.pageInfo.endCursor;
    goesOn = page.pageInfo.hasNextPage;
  }
  return all;
};

/**
 * Queries sync as the gateway does, for the manager of one box office. Tries the next process if one does not answer.
 */
export const createGraph = (urls: readonly string[], sign: IdentitySigner) => {
  const signed = (boxOfficeId: string, query: string) => (body: string) =>
    sign(
      { subject: 'chaos', boxOfficeId: boxOfficeId as BoxOfficeId, role: 'manager' },
      { subgraph: 'sync', body, once: isMutation(query) },
    );
  const askAt = async <T>(url: string, boxOfficeId: string, query: string, variables: object): Promise<T> => {
    const { data, errors } = await askSubgraph<{ data?: T; errors?: unknown }>(
      url,
      signed(boxOfficeId, query),
      query,
      variables,
      AbortSignal.timeout(15_000),
    );
    if (errors || !data) throw new Error(`The graph answered ${JSON.stringify(errors)}`);
    return data;
  };
  const ask = async <T>(boxOfficeId: string, query: string, variables: object = {}): Promise<T> => {
    let failure: unknown;
    for (const url of urls) {
      try {
        return await askAt<T>(url, boxOfficeId, query, variables);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
  return {
    stats: async (boxOfficeId: string, workflowIds: readonly string[]): Promise<Stats[]> => {
      const { _entities } = await ask<{ _entities: ({ stats: Stats } | null)[] }>(
        boxOfficeId,
        `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Workflow { ${statsFields} } } }`,
        { of: workflowIds.map((id) => ({ __typename: 'Workflow', id })) },
      );
      return _entities.flatMap((each) => each?.stats ?? []);
    },
    deliveries: (boxOfficeId: string, filter: object = {}): Promise<SeenDelivery[]> =>
      pages(async (after) => {
        const { boxOffice } = await ask<{ boxOffice: { deliveries: Page<SeenDelivery> } }>(
          boxOfficeId,
          `query ($filter: DeliveryFilter, $after: String) {
            boxOffice { deliveries(filter: $filter, first: 100, after: $after) {
              nodes { id status reason { code } order { id } workflow { id } }
              pageInfo { hasNextPage endCursor } } } }`,
          { filter, after },
        );
        return boxOffice.deliveries;
      }),
    deadLetters: (boxOfficeId: string): Promise<{ orderId: string | null }[]> =>
      pages(async (after) => {
        const { boxOffice } = await ask<{ boxOffice: { deadLetters: Page<{ orderId: string | null }> } }>(
          boxOfficeId,
          `query ($after: String) { boxOffice { deadLetters(first: 100, after: $after) {
            nodes { orderId } pageInfo { hasNextPage endCursor } } } }`,
          { after },
        );
        return boxOffice.deadLetters;
      }),
    /** Retries deliveries as the organiser does; returns the number of deliveries that match. */
    retry: async (boxOfficeId: string, statuses: readonly string[], reasons: readonly string[]): Promise<number> => {
      const { retryDeliveries } = await ask<{ retryDeliveries: { retry: { progress: { matched: number } } | null } }>(
        boxOfficeId,
        `mutation ($input: RetryDeliveriesInput!) {
          retryDeliveries(input: $input) { retry { progress { matched } } }
        }`,
        { input: { filter: { statuses, reasons } } },
      );
      return retryDeliveries.retry?.progress.matched ?? 0;
    },
  };
};
