import { expect, it } from '@jest/globals';
import type { Context } from '../../context';
import { withActivities } from './start-activity';
import type { ConnectionCaller } from '../../call-constant-contact';

// The file of an import was written after the permit for its call was given. For many rows that took longer than a
// permit may be old: the call was never sent, and a new permit asked for again and again.
it('an activity is made ready before a permit for its call is asked for', async () => {
  const steps: string[] = [];
  const ctx = {
    clock: () => new Date(),
    activities: {
      announce: async () => void steps.push('announced'),
      began: async () => undefined,
      told: async () => void steps.push('told'),
      sent: () => undefined,
    },
    ledger: { quotaState: async () => ({ windowMs: 0 }) },
  } as unknown as Context;
  const caller = {
    call: (_name: string, _serves: readonly string[], run: (token: string) => Promise<unknown>) => {
      steps.push('permitted');
      return run('token');
    },
  } as unknown as ConnectionCaller;
  await withActivities(ctx, caller, async (begin) => {
    await begin('import contacts', { connectionId: 'con_1', serves: [], isFile: true }, () => {
      steps.push('made ready');
      return async () => {
        steps.push('sent');
        return { activity_id: 'a1' };
      };
    });
    steps.push('noted');
  });
  expect(steps).toEqual(['made ready', 'announced', 'permitted', 'sent', 'noted', 'told']);
});
