import type { Context } from './context';
import { startErasures } from './use-cases/privacy/erase-buyer';
import { startExpiry } from './use-cases/privacy/expire-history';
import { startReleasing } from './use-cases/dispatch/release-waiting';
import { startDeliveryCounts } from './use-cases/history/fold-delivery-counts';
import { startBackfills } from './use-cases/backfill/run-backfills';
import { startRetries } from './use-cases/history/run-retries';
import { startStandstills } from './use-cases/history/report-standstills';
import { startReplays } from './use-cases/dead-letters/send-replays';
import { startNotices } from './use-cases/history/publish-notices';

/**
 * Starts the jobs that this process repeats beside its work on connections, until closed. Jobs that only prepare work
 * for the dispatcher (delivery counts, backfills, retries, releases) run only in a process that dispatches.
 */
export const startBackgroundJobs = (ctx: Context, dispatches: boolean) => {
  const anywhere = [startReplays, startErasures, startExpiry, startNotices, startStandstills];
  const forDispatch = [startDeliveryCounts, startBackfills, startRetries, startReleasing];
  const jobs = [...anywhere, ...(dispatches ? forDispatch : [])].map((start) => start(ctx));
  return {
    close: async (): Promise<void> => {
      await Promise.all(jobs.map((job) => job.close()));
    },
  };
};
