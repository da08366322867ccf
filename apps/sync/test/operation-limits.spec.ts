import { eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createOffice, createWorld, type World } from './world';

const orders = 30;
let world: World;
let office: Awaited<ReturnType<typeof createOffice>>;
let closeOther: (() => Promise<void>) | undefined;

/** The pages of a workflow's deliveries that the asked process has begun to read, and a hold on all of them. */
const pages = { begun: 0, isHeld: false, release: (): void => undefined };

beforeAll(async () => {
  world = await createWorld();
  office = await createOffice(world);
  await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
  await world.produce(
    Array.from({ length: orders }, (_, index) => office.order(`b${index}`, { marketing_opt_in: 'false' })),
  );
  await office.settled(orders);
  const other = await world.startAnother(
    { SYNC_WORK: 'intake' },
    {
      prepare: ({ deliveryHistory }) => {
        const released = new Promise<void>((resolve) => (pages.release = resolve));
        const original = { ...deliveryHistory };
        Object.assign(deliveryHistory, {
          page: async (...args: Parameters<typeof original.page>) => {
            if (args[1].workflowId === undefined) return original.page(...args);
            pages.begun += 1;
            if (pages.isHeld) await released;
            return original.page(...args);
          },
        });
      },
    },
  );
  closeOther = () => other.close();
  world.asked.url = other.url;
}, 120_000);
afterAll(async () => {
  pages.release();
  await closeOther?.();
  await world?.close();
}, 30_000);

const within = (size: string): string =>
  `{ boxOffice { deliveries${size} { nodes { workflow { deliveries(first: 1) { nodes { id } } } } } } }`;

interface Deliveries {
  readonly boxOffice: { readonly deliveries: { readonly nodes: readonly unknown[] } };
}

it('reads the list within each item of a list', async () => {
  const { data } = await world.ask<Deliveries>(office.boxOfficeId, within(`(first: ${orders})`), {}, 'viewer');
  expect(data?.boxOffice.deliveries.nodes).toHaveLength(orders);
  expect(pages.begun).toBe(orders);
});

// Regression: a viewer's query kept sync busy for 13 seconds, and its client had left after one.
it('stops reading when the caller has left', async () => {
  pages.begun = 0;
  pages.isHeld = true;
  const caller = new AbortController();
  const left = world.ask(office.boxOfficeId, within(`(first: ${orders})`), {}, 'viewer', caller.signal);
  await eventually(() => expect(pages.begun).toBeGreaterThan(0));
  caller.abort();
  await expect(left).rejects.toThrow(/abort/i);
  await eventually(async () => {
    const metrics = await (await fetch(`${world.asked.url}/metrics`)).text();
    expect(metrics).toMatch(/boxlist_operations_cut_total\{[^}]*CALLER_LEFT/);
  });
  pages.release();
  pages.isHeld = false;
  const begun = pages.begun;
  // A later query: whatever went on of the first one would have begun before this one is answered.
  expect((await world.ask(office.boxOfficeId, within('(first: 5)'), {}, 'viewer')).errors).toBeUndefined();
  expect(begun).toBeLessThan(orders);
  expect(pages.begun).toBe(begun + 5);
});

it('refuses a query that could read more than the budget, whoever asks', async () => {
  const more = (inner: string): string => `deliveries { nodes { workflow { ${inner} } } }`;
  const deep = more(more(more('id')));
  const { errors } = await world.ask(office.boxOfficeId, `{ boxOffice { ${deep} } }`, {}, 'owner');
  expect(errors).toMatchObject([{ extensions: { reason: 'OPERATION_TOO_COSTLY', budget: 10_000 } }]);
});
