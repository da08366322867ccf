import type { Context } from '../context';
import { startErasures } from './erase-buyer';
import { startExpiry } from './expire-history';
import { startFreeing } from './free-waiting';
import { startTallies } from './keep-tallies';
import { startBackfills } from './run-backfills';
import { startRetries } from './run-retries';
import { startStandstills } from './say-standstills';
import { startReplays } from './send-replays';
import { startNotices } from './tell-notices';

/** What a process does again and again beside its lanes, until closed; what only brings work to lanes, where it drives some. */
export const startChores = (ctx: Context, drivesLanes: boolean) => {
  const anywhere = [startReplays, startErasures, startExpiry, startNotices, startStandstills];
  const besideLanes = [startTallies, startBackfills, startRetries, startFreeing];
  const chores = [...anywhere, ...(drivesLanes ? besideLanes : [])].map((start) => start(ctx));
  return {
    close: async (): Promise<void> => {
      await Promise.all(chores.map((chore) => chore.close()));
    },
  };
};
