import { offices } from './history';
import { isAtRest, judgeWaits, nextMoments, type Rest } from './settled-state';
import { stallMs, type Stage } from './stage';
import { accounts } from './told';

interface Scene {
  readonly stage: Stage;
  readonly rest: Rest;
  /** Starts processes that have died. */
  readonly revive: () => Promise<void>;
  readonly isAlive: (process: number) => boolean;
  /** What a process consumes goes to another. */
  readonly handOver: (process: number) => void;
  /** Asks again what nobody has answered; false when there is nothing. */
  readonly askAgain: () => boolean;
}

/** Lets everything come to rest: first without who stands still, as long as that takes, then with them. */
export const comeToRest = async ({ stage, rest, revive, isAlive, handOver, askAgain }: Scene): Promise<void> => {
  const { mongo, bus, accounts: watched, problem } = rest;
  const fingerprint = (): string => `${mongo.changes()} ${bus.published()} ${watched.calls()}`;
  const idle = { rounds: 0 };
  for (let rounds = 0; ; rounds += 1) {
    await revive();
    const before = fingerprint();
    const waits = bus.deliver(() => 100);
    stage.beat();
    await stage.run(2_000);
    watched.observe();
    if (rounds > 3_000) return problem('3: the processes do not come to rest');
    const isSame = fingerprint() === before;
    if (!isSame) idle.rounds = 0;
    const frozen = [0, 1].filter(stage.isFrozen);
    if (frozen.length > 0) {
      frozen.forEach(handOver);
      if (isSame && !goOn(rest, stage, idle, stallMs)) stage.thaw();
      continue;
    }
    if (waits || !isAlive(0) || !isAlive(1) || askAgain()) continue;
    if (isSame) judgeWaits(rest);
    if (isAtRest(rest) && isSame) return;
    if (isSame && !goOn(rest, stage, idle)) return;
  }
};

/** Moves the clock to where something goes on by itself; false when nothing does within that time. */
const goOn = (rest: Rest, stage: Stage, idle: { rounds: number }, withinMs = Infinity): boolean => {
  const now = stage.now();
  const moments = nextMoments(rest).filter((moment) => moment < Math.min(8e15, now + withinMs));
  const next = moments.filter((moment) => moment > now);
  // It may have come while the last beat was carried out.
  const hasCome = moments.some((moment) => moment <= now && moment > now - 1_000);
  if (offices.some((office) => rest.accounts.sandbox.activitiesRunning(accounts[office]) > 0)) stage.advance(1_000);
  else if (hasCome && idle.rounds < 3) {
    idle.rounds += 1;
    stage.advance(1);
  } else if (next.length > 0) stage.advanceTo(Math.min(...next));
  else return (idle.rounds += 1) <= 3;
  return true;
};
