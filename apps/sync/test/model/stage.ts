/** Returns numbers between 0 and 1, the same ones for the same seed (xorshift). */
const randomOf = (seed: number): (() => number) => {
  let state = (seed ^ 0x9e3779b9) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
};

/**
 * A mishap of a process at one of its awaits: it dies, it stalls for longer than its lease, or its call fails, before
 * or after the call took effect.
 */
export interface Mishap {
  readonly process: number;
  /** The number of the await, counted over all lives of the process. */
  readonly at: number;
  readonly kind: 'crash' | 'fail' | 'stall';
  readonly takesEffect: boolean;
}

/** In ms. Longer than a lease, and longer than an erasure waits for writes that were under way. */
export const stallMs = 100_000;

interface Step {
  readonly actor: Actor;
  /** The call has been sent: it arrives even while the process that waits for the answer is frozen. */
  readonly isSent: boolean;
  readonly run: () => void;
}

/** One life of a process: all its effects go through `call`. The calls of a dead one are never answered. */
export interface Actor {
  readonly process: number;
  readonly isDead: () => boolean;
  /** Makes one call to the outside world; `act` runs when the stage lets it. */
  readonly call: <T>(name: string, act: () => T, isSent?: boolean) => Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly seq: number;
  readonly fire: () => void;
}

interface StageOptions {
  /** 0: calls run one after the other, in the sequence in which they are made. */
  readonly seed: number;
  readonly startAt: number;
  readonly mishaps: readonly Mishap[];
  readonly onDeath: (actor: Actor) => void;
  /** Gets each call as it takes place, for a person to read. */
  readonly trace?: (line: string) => void;
}

class ConnectionLost extends Error {
  constructor() {
    super('The connection was closed');
    this.name = 'MongoNetworkError';
  }
}

const immediate = globalThis.setImmediate;
const macrotask = (): Promise<void> => new Promise((resolve) => void immediate(resolve));

/**
 * Processes in one thread, on a clock that moves only on command. Each call of a process waits for its turn, and a seed
 * draws the turns, so that a run can be repeated. Intervals do not run by time: `beat` fires them.
 */
export const createStage = ({ seed, startAt, mishaps, onDeath, trace }: StageOptions) => {
  const random = randomOf(seed);
  let now = startAt;
  let seq = 0;
  let steps: Step[] = [];
  let timers: Timer[] = [];
  let beats: { actor: Actor; fire: () => void }[] = [];
  let starting: Actor | undefined;
  const frozenUntil = [0, 0];
  const awaits = [0, 0];

  const die = (actor: Actor & { kill: () => void }): void => {
    actor.kill();
    steps = steps.filter((step) => step.actor !== actor);
    beats = beats.filter((beat) => beat.actor !== actor);
    onDeath(actor);
  };

  const createActor = (process: number): Actor & { kill: () => void } => {
    let dead = false;
    const actor = {
      process,
      isDead: () => dead,
      kill: () => (dead = true),
      call: <T>(name: string, act: () => T, isSent = false): Promise<T> =>
        new Promise<T>((resolve, reject) => {
          if (dead) return;
          const add = (run: () => void): void => void steps.push({ actor, isSent, run });
          const perform = (at: number, mishap?: Mishap): void => {
            try {
              if (mishap && !mishap.takesEffect) throw new ConnectionLost();
              const answer = act();
              const shown = JSON.stringify(answer)?.slice(0, 900) ?? '';
              trace?.(`${now - startAt} process ${process} await ${at} ${name} → ${shown}`);
              if (mishap) throw new ConnectionLost();
              resolve(answer);
            } catch (error) {
              if (mishap?.kind === 'crash') die(actor);
              else reject(error instanceof Error ? error : new Error('No error was thrown'));
            }
          };
          add(() => {
            const at = (awaits[process]! += 1);
            const mishap = mishaps.find((each) => each.process === process && each.at === at);
            if (mishap?.kind !== 'stall') return perform(at, mishap);
            frozenUntil[process] = now + stallMs;
            if (mishap.takesEffect || isSent) perform(at);
            else add(() => perform(at));
          });
        }),
    };
    return actor;
  };

  const isFrozen = ({ process }: Actor): boolean => frozenUntil[process]! > now;

  /** Runs some of the waiting calls; returns false if none can run. */
  const turn = async (): Promise<boolean> => {
    await macrotask();
    const able = steps.filter(({ actor, isSent }) => isSent || !isFrozen(actor));
    if (able.length === 0) return false;
    const chosen = seed === 0 ? able : able.filter(() => random() < 0.5);
    if (chosen.length === 0) chosen.push(able[Math.floor(random() * able.length)]!);
    if (seed !== 0 && chosen.length > 1 && random() < 0.5) chosen.reverse();
    const taken = new Set(chosen);
    steps = steps.filter((step) => !taken.has(step));
    for (const step of chosen) if (!step.actor.isDead()) step.run();
    now += seed === 0 ? 1 : Math.floor(random() * 4);
    return true;
  };

  /** Moves the clock to the next timer and fires it; returns false if there is none up to that moment. */
  const nextTimer = (until: number): boolean => {
    const next = timers.reduce<Timer | undefined>(
      (best, each) => (!best || each.at < best.at || (each.at === best.at && each.seq < best.seq) ? each : best),
      undefined,
    );
    if (!next || next.at > until) return false;
    timers = timers.filter((each) => each !== next);
    now = Math.max(now, next.at);
    next.fire();
    return true;
  };

  const setTimer = (fire: () => void, ms: number): Timer => {
    const timer = { at: now + Math.max(0, ms), seq: (seq += 1), fire };
    timers.push(timer);
    return timer;
  };
  const clearTimer = (timer: unknown): void => {
    timers = timers.filter((each) => each !== timer);
    beats = beats.filter((each) => each !== timer);
  };

  return {
    now: () => now,
    random,
    /** The number of awaits that a process has had. */
    awaits: (process: number): number => awaits[process]!,
    createActor,
    kill: die,
    /** Runs the start of a process: the intervals that it sets belong to it. */
    starting: async <T>(actor: Actor, start: () => Promise<T>): Promise<T> => {
      starting = actor;
      try {
        return await start();
      } finally {
        starting = undefined;
      }
    },
    turn,
    /** Lets each process run to its next await. */
    calm: macrotask,
    nextTimer,
    /** Runs all calls that can run, and the timers that are due within that time, in ms. */
    run: async (withinMs: number): Promise<void> => {
      const until = now + withinMs;
      for (let turns = 0; (await turn()) || nextTimer(until); turns += 1)
        if (turns > 20_000) throw new Error('The processes do not come to rest');
    },
    /** Fires the intervals of the processes that are not frozen: one of the intervals, or all. */
    beat: (which?: number): void => {
      const able = beats.filter(({ actor }) => !isFrozen(actor));
      const chosen = which === undefined ? able : able.slice(which % Math.max(1, able.length)).slice(0, 1);
      for (const { fire } of chosen) fire();
    },
    beats: (): number => beats.length,
    advance: (ms: number): void => {
      now += ms;
    },
    advanceTo: (ms: number): void => {
      now = Math.max(now, ms);
    },
    freeze: (process: number, ms: number): void => {
      frozenUntil[process] = now + ms;
    },
    isFrozen: (process: number): boolean => frozenUntil[process]! > now,
    thaw: (): void => {
      frozenUntil.fill(0);
    },
    /** Replaces the machine's clock and randomness by the stage's, until the returned function is called. */
    takeOver: (): (() => void) => {
      const timing = process.getBuiltinModule('node:timers/promises') as { setTimeout: unknown };
      const crypto = process.getBuiltinModule('node:crypto') as { randomUUID: unknown };
      const kept = {
        setTimeout: globalThis.setTimeout,
        clearTimeout: globalThis.clearTimeout,
        setInterval: globalThis.setInterval,
        clearInterval: globalThis.clearInterval,
      };
      const [keptNow, keptDelay, keptUuid] = [Date.now, timing.setTimeout, crypto.randomUUID];
      const keptGlobalUuid = Object.getOwnPropertyDescriptor(globalThis.crypto, 'randomUUID');
      let ids = 0;
      const uuid = (): string =>
        `${Math.floor(random() * 0xffffffff)
          .toString(16)
          .padStart(8, '0')}-0000-4000-8000-${(ids += 1).toString(16).padStart(12, '0')}`;
      Object.assign(globalThis, {
        setTimeout: setTimer,
        clearTimeout: clearTimer,
        setInterval: (fire: () => void) => {
          if (!starting) throw new Error('An interval is set outside of the start of a process');
          const beat = { actor: starting, fire, unref: () => beat };
          beats.push(beat);
          return beat;
        },
        clearInterval: clearTimer,
      });
      Date.now = () => now;
      Object.defineProperty(performance, 'now', { value: () => now, configurable: true, writable: true });
      timing.setTimeout = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms));
      crypto.randomUUID = uuid;
      Object.defineProperty(globalThis.crypto, 'randomUUID', { value: uuid, configurable: true, writable: true });
      return () => {
        Object.assign(globalThis, kept);
        Date.now = keptNow;
        Reflect.deleteProperty(performance, 'now');
        timing.setTimeout = keptDelay;
        crypto.randomUUID = keptUuid;
        Reflect.deleteProperty(globalThis.crypto, 'randomUUID');
        if (keptGlobalUuid) Object.defineProperty(globalThis.crypto, 'randomUUID', keptGlobalUuid);
      };
    },
  };
};

export type Stage = ReturnType<typeof createStage>;
