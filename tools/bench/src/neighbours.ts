import { newId, type BoxOfficeId } from '@boxlist/contracts';
import { createServiceTokens } from '@boxlist/service-kit';
import { setTimeout } from 'node:timers/promises';
import { liveOrders } from './live-orders';
import { line, quantile, type Line } from './table';
import type { BenchWorld } from './world';

const windowMs = 60_000;
/** As many as one request can ask for in aliases. */
const atOnce = 64;
/** A person who opens a page with lists, tags and custom fields. */
const pageEveryMs = 5_000;
const callsOfPage = 3;

/** Asks sync for a permit as auth-connection does, for one interactive call of a box office. */
type AskPermit = (boxOfficeId: BoxOfficeId) => Promise<{ readonly status: number; readonly tookMs: number }>;

/**
 * Measures what a tenant that asks for as many interactive calls as it can does to others, at Constant Contact's own
 * limits: to the live orders of one tenant, and to the pages of another.
 */
export const benchNeighbours = async (world: BenchWorld): Promise<Line[]> => {
  const round = await world.round();
  try {
    const { listId } = await world.resources();
    const office = await round.office();
    await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    const sync = await round.startSync({
      CONSTANT_CONTACT_CALLS_PER_SECOND: '4',
      // Far above the real limits, so that no limit of the day ends the flood.
      CONSTANT_CONTACT_CALLS_PER_DAY: '1000000',
      INTERACTIVE_CALLS_PER_DAY: '1000000',
      INTERACTIVE_CALLS_PER_DAY_OF_BOX_OFFICE: '1000000',
    });
    const ask = permitsOf(sync.url, round.serviceTokenSecret);
    const alone = await liveOrders(world, round, office.boxOfficeId, 'alone', setTimeout(windowMs));
    const flood = flooding(ask);
    const pages = pagesOf(ask);
    const beside = await liveOrders(world, round, office.boxOfficeId, 'beside', setTimeout(windowMs));
    const [given, page] = [await flood.end(), await pages.end()];
    const live = (which: string, times: readonly number[]): Line[] => [
      line('neighbours', `live orders ${which}, p50 of ${times.length}`, quantile(times, 0.5), 'ms'),
      line('neighbours', `live orders ${which}, p99`, quantile(times, 0.99), 'ms', { atMost: 2_000 }),
    ];
    return [
      ...live('without such a tenant', alone.times),
      ...live('beside a tenant that asks for 64 calls at once', beside.times),
      line('neighbours', 'calls that the tenant got', given, 'calls a minute'),
      line('neighbours', `page of another tenant (${callsOfPage} calls), p50`, quantile(page.times, 0.5), 'ms'),
      line('neighbours', 'page of another tenant, p99', quantile(page.times, 0.99), 'ms'),
      line('neighbours', 'pages of it that were refused', page.refused, 'pages', { atMost: 0 }),
    ];
  } finally {
    await round.end();
  }
};

const permitsOf = (url: string, secret: string): AskPermit => {
  const tokens = createServiceTokens(secret, {
    service: 'auth-connection',
    usedTokens: { spend: async () => true },
  });
  const path = '/internal/quota/permits';
  return async (boxOfficeId) => {
    const begun = performance.now();
    const body = JSON.stringify({ class: 'interactive', boxOfficeId });
    const token = await tokens.sign({ audience: 'sync', path, body });
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    });
    await answer.arrayBuffer();
    return { status: answer.status, tookMs: performance.now() - begun };
  };
};

/** Runs `step` again and again until `end`. */
const repeating = (step: () => Promise<unknown>): (() => Promise<void>) => {
  let ended = false;
  const loop = (async () => {
    while (!ended) await step();
  })();
  return async () => {
    ended = true;
    await loop;
  };
};

/** One tenant that always has 64 calls waiting. A refused one is asked for again a moment later. */
const flooding = (ask: AskPermit): { end: () => Promise<number> } => {
  const boxOfficeId = newId('boxOffice');
  let given = 0;
  const ends = Array.from({ length: atOnce }, () =>
    repeating(async () => {
      const { status } = await ask(boxOfficeId);
      if (status === 200) given += 1;
      else await setTimeout(500);
    }),
  );
  return {
    end: async () => {
      await Promise.all(ends.map((end) => end()));
      return given;
    },
  };
};

/** Another tenant whose pages take three calls. */
const pagesOf = (ask: AskPermit): { end: () => Promise<{ times: readonly number[]; refused: number }> } => {
  const boxOfficeId = newId('boxOffice');
  const times: number[] = [];
  let refused = 0;
  const end = repeating(async () => {
    const answers = await Promise.all(Array.from({ length: callsOfPage }, () => ask(boxOfficeId)));
    times.push(Math.max(...answers.map(({ tookMs }) => tookMs)));
    if (answers.some(({ status }) => status !== 200)) refused += 1;
    await setTimeout(pageEveryMs);
  });
  return {
    end: async () => {
      await end();
      return { times, refused };
    },
  };
};
