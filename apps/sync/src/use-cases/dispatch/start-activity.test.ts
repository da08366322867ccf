import { expect, it } from '@jest/globals';
import type { Context } from '../../context';
import { withActivities } from './start-activity';
import type { ConnectionCaller } from '../../call-constant-contact';

// The file of an import was written only after its call had a permit. With many rows that took longer than a permit is
// valid. The call was never sent, and asked for new permits again and again.
it('an activity is prepared before its call asks for a permit', async () => {
  const steps: string[] = [];
  const ctx = {
    clock: () => new Date(),
    activities: {
      announce: async () => void steps.push('announced'),
      began: async () => undefined,
      recorded: async () => void steps.push('recorded'),
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
    steps.push('saved');
  });
  expect(steps).toEqual(['made ready', 'announced', 'permitted', 'sent', 'saved', 'recorded']);
});
