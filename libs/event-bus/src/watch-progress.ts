import { metrics } from '@opentelemetry/api';
import type { Halt } from './consumer';
import type { BusLog, Standstill } from './event-bus';

interface Watched {
  readonly topic: string;
  readonly groupId: string;
  halts(forMs: number): readonly Halt[];
}

interface Options {
  readonly log: BusLog;
  readonly afterMs: number;
  readonly consumers: () => readonly Watched[];
}

const meter = () => metrics.getMeter('boxlist');

/** Counts a range that was set aside because it cannot be read. */
export const countUnreadable = (topic: string): void =>
  meter()
    .createCounter('boxlist_events_unreadable_total', {
      description: 'Ranges of unreadable events that were set aside, by topic',
    })
    .add(1, { topic });

const keyOf = ({ groupId, partition }: Pick<Standstill, 'groupId' | 'partition'>): string =>
  `${groupId} ${partition ?? ''}`;

/** Watches consumers. Reports each standstill to the operator by log and metric, at its beginning and its end. */
export const watchProgress = ({ log, afterMs, consumers }: Options) => {
  const standing = (): readonly Standstill[] =>
    consumers().flatMap((consumer) =>
      consumer.halts(afterMs).map(({ partition, since, code }) => ({
        topic: consumer.topic,
        groupId: consumer.groupId,
        partition,
        since: new Date(since),
        code,
      })),
    );
  const everyMs = Math.max(250, Math.min(5_000, afterMs / 4));
  let reported = new Map<string, Standstill>();
  let lookedAt = Date.now();
  const look = (): void => {
    const wasAsleep = Date.now() - lookedAt > 3 * everyMs;
    lookedAt = Date.now();
    // The process itself was suspended. Its consumers must get a chance to read first.
    if (wasAsleep) return;
    const now = new Map(standing().map((each) => [keyOf(each), each]));
    for (const [key, each] of now) if (!reported.has(key)) log.error({ ...each }, 'events.standing-still');
    for (const [key, each] of reported) if (!now.has(key)) log.info({ ...each, code: null }, 'events.moving-again');
    reported = now;
    // Created at each check, because an instrument that is created before metrics start counts nothing.
    const gauge = meter().createGauge('boxlist_events_standing_still', {
      description:
        'Partitions without progress for longer than EVENTS_STAND_STILL_AFTER_MS, by topic; a consumer that reads ' +
        'nothing counts as one partition',
    });
    for (const topic of new Set(consumers().map((each) => each.topic)))
      gauge.record([...now.values()].filter((each) => each.topic === topic).length, { topic });
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return { standing, close: (): void => clearInterval(timer) };
};
