import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPauses } from './pauses';
import { createOffice, createWorld, type World } from './world';

let world: World;
const pauses = createPauses();
let intake: Awaited<ReturnType<World['startAnother']>>;
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'dispatch' });
  intake = await world.startAnother({ SYNC_WORK: 'intake' }, pauses);
}, 120_000);
afterAll(async () => {
  pauses.openAll();
  await intake?.close();
  await world?.close();
}, 120_000);

describe('an order that comes while its workflow is resumed', () => {
  // The intake had read the paused workflow and wrote a delivery that waits for its resume. The process that handled
  // the resume had looked for such deliveries just before.
  it('does not wait for a resume that is already over', async () => {
    const office = await createOffice(world);
    const workflow = await office.workflow({
      lists: { fixed: [world.listIds[0]!], perEvent: false },
      status: 'PAUSED',
      whenPaused: 'WAIT',
    });
    await world.produce([office.order('a')]);
    await office.until(1, ({ reason }) => reason?.code === 'WORKFLOW_RESUME');
    const written = pauses.before('deliveries.insert');
    await world.produce([office.order('b')]);
    await written.reached();
    await world.publishWorkflow({ ...workflow, status: 'ACTIVE', version: 2 });
    await office.settled(1);
    written.open();
    expect((await office.settled(2)).map(({ status }) => status)).toEqual(['SYNCED', 'SYNCED']);
  }, 120_000);
});
