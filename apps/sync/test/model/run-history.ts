import { AppError, topics, type BoxOfficeId } from '@boxlist/contracts';
import { createLog, type Actor as Caller } from '@boxlist/service-kit';
import { createMemoryMongo } from '@boxlist/testkit';
import type { Context } from '../../src/context';
import { contradictionsIn } from '../../src/domain/delivery-states';
import { changeBackfill, startBackfill } from '../../src/use-cases/backfill/backfill-commands';
import { discardDeadLetters, replayDeadLetters } from '../../src/use-cases/dead-letters/dead-letter-commands';
import { eraseBuyer } from '../../src/use-cases/privacy/erase-buyer';
import { cancelRetry, retryDeliveries } from '../../src/use-cases/history/retry-deliveries';
import { judgeCounts } from './agreeing-counts';
import { isErased, keptDeliveries, type Rest } from './at-rest-state';
import { offices, people, type Command, type History, type Office } from './history';
import { lookAround, ownBackfill, ownRetry } from './look-around';
import { comeToRest } from './settle';
import { createMemoryBus } from './memory-bus';
import { organisersChoices } from './organisers-choices';
import { createOtherServices } from './other-services';
import { judgeRest } from './settled-state';
import { createStage, type Actor } from './stage';
import type { OrderDocument, StoredDelivery } from './stored-documents';
import { retentionMs, startSync } from './sync-process';
import {
  accounts as accountIds,
  boxOfficeOf,
  createPublishedOrders,
  eventJson,
  officeOf,
  publishedOf,
  workflowOf,
  written,
} from './published-orders';
import { createWatchedAccounts } from './watched-accounts';

const begun = Date.UTC(2027, 2, 1, 20);
/** One log for all histories, because a log is expensive to create. Holds the lines of the history that runs. */
let lines: string[] = [];
const log = createLog('sync', 'trace', { write: (line) => void lines.push(line) });

interface Life {
  readonly actor: Actor & { kill: () => void };
  readonly ctx: Context;
}

export interface HistoryResult {
  /** Broken promises; empty if all is well. */
  readonly problems: readonly string[];
  readonly awaits: readonly [number, number];
  readonly calls: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Executes a history and returns the promises that it broke. */
export const runHistory = async (history: History, trace?: (line: string) => void): Promise<HistoryResult> => {
  const problems: string[] = [];
  const problem = (text: string): void => {
    if (problems.includes(text)) return;
    problems.push(text);
    trace?.(`PROBLEM ${text}`);
  };
  lines = [];
  const stage = createStage({
    seed: history.seed,
    startAt: begun,
    mishaps: history.mishaps,
    trace,
    onDeath: (actor) => {
      bus.leave(actor);
      lives[actor.process] = undefined;
    },
  });
  const restoreStage = stage.takeOver();
  const mongo = createMemoryMongo((collection, document) => {
    if (collection !== 'deliveries' || document.orderKey === undefined) return;
    for (const rule of contradictionsIn(document as unknown as StoredDelivery))
      problem(`3: a delivery was stored of which it does not hold that ${rule}`);
  });
  const bus = createMemoryBus(stage.now);
  const publishedOrders = createPublishedOrders();
  const lives: (Life | undefined)[] = [undefined, undefined];
  const touched = new Set<string>();
  const seeded = new Set<string>();
  const gone = new Set<string>();
  const inputs: { topic: string; key: string; value: string }[] = [];
  const tokens = [1, 1];

  const accounts = createWatchedAccounts({
    clock: stage.now,
    publishedOrders,
    faults: history.faults,
    callsPerDay: history.callsPerDay,
    upgradesImported: history.upgradesImported,
    choices: () => choices,
    isGone: (office, person) => gone.has(`${office} ${person}`),
    hasChangedHands: (orderKey) => hasChangedHands(orderKey),
    problem,
  });
  const say = (topic: string, key: string, value: string): void => {
    inputs.push({ topic, key, value });
    bus.publish(topic, { key, value });
  };
  const others = createOtherServices({
    history,
    sandbox: accounts.sandbox,
    now: stage.now,
    say: ({ topic, key, value }) => say(topic, key, value),
  });
  const choices = organisersChoices({ mongo, publishedOrders, others });
  const rest: Rest = {
    now: stage.now,
    mongo,
    bus,
    publishedOrders,
    accounts,
    connectionState: (office) =>
      others.connection(office) === 'CONNECTED'
        ? 'connected'
        : others.connection(office) === 'DISCONNECTED'
          ? 'disconnected'
          : 'broken',
    logLines: () => lines,
    touched,
    seeded,
    problem,
  };

  const start = async (process: number): Promise<void> => {
    const actor = stage.createActor(process);
    const ctx = await stage.starting(actor, () =>
      startSync(actor, {
        mongo,
        bus,
        clock: stage.now,
        random: stage.random,
        log,
        callsPerDay: history.callsPerDay,
        signUpKeepsOptOuts: history.upgradesImported,
        send: (by) => async (outgoing) => {
          const [, name = '', token] = /^Bearer (conn_\w)#(\d+)$/.exec(outgoing.headers.authorization ?? '') ?? [];
          const office = officeOf(name);
          const arrive = accounts.send(office, outgoing);
          const answer = () =>
            Number(token) === tokens[office] ? arrive() : { status: 401, text: '{"error_key":"unauthorized"}' };
          return by.call(`${outgoing.method} ${outgoing.path}`, answer, true);
        },
        token: (connectionId, rejected) => {
          const office = officeOf(connectionId);
          if (others.connection(office) === 'DISCONNECTED')
            return new AppError('CONNECTION_NOT_FOUND', 'There is none');
          if (others.connection(office) === 'NEEDS_RECONNECT')
            return new AppError('CONNECTION_NEEDS_RECONNECT', 'Sign in');
          if (rejected === `${connectionId}#${tokens[office]!}`) tokens[office]! += 1;
          return `${connectionId}#${tokens[office]!}`;
        },
      }),
    );
    lives[process] = { actor, ctx };
  };

  /** Requests without an answer: the caller repeats them. */
  let unanswered: (() => void)[] = [];
  /** Sends a request to a process; a refusal counts as an answer. */
  const ask = (office: Office, by: number, door: (ctx: Context, identity: Caller) => Promise<unknown>): void => {
    // A frozen process gets no requests.
    const life = [lives[by], lives[1 - by]].find((each) => each && !stage.isFrozen(each.actor.process)) ?? lives[by];
    if (!life) return void unanswered.push(() => ask(office, by, door));
    const again = (): void => ask(office, by, door);
    unanswered.push(again);
    const boxOfficeId = boxOfficeOf(office) as BoxOfficeId;
    const identity: Caller = { subject: 'model', boxOfficeId, role: 'owner', requestId: 'model' };
    const answered = (): void => {
      unanswered = unanswered.filter((each) => each !== again);
    };
    door(life.ctx, identity).then(answered, (error: unknown) => {
      if (error instanceof Error && error.name === 'MongoNetworkError') return;
      answered();
      if (!(error instanceof AppError))
        problem(`a door failed: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`);
    });
  };
  const perform = async (command: Command, number: number): Promise<void> => {
    trace?.(`${stage.now() - begun} ${JSON.stringify(command)}`);
    switch (command.do) {
      case 'order': {
        const event = publishedOf(command, number, begun);
        publishedOrders.add(event);
        if (
          publishedOrders.of(event.key).some(({ status }) => status === 'cancelled') ||
          publishedOrders.of(event.key).length > 1
        )
          touched.add(`order ${event.key}`);
        if (command.status === 'cancelled')
          for (let p = 0; p < people.length; p += 1) touched.add(`${command.office} ${p}`);
        return say(topics.orders.name, event.key, eventJson(event));
      }
      case 'workflow':
        return others.publishWorkflow(command);
      case 'again': {
        const input = inputs[command.which % Math.max(1, inputs.length)];
        return input && bus.publish(input.topic, input);
      }
      case 'bad-event':
        return bus.publish(topics.orders.name, {
          key: `${boxOfficeOf(command.office)}:or_x9`,
          value: JSON.stringify({
            boxofficeid: boxOfficeOf(command.office),
            data: { id: 'or_x9', buyer_details: { email: written(people[command.person]!, number) } },
          }),
        });
      case 'contact':
        touched.add(`${command.office} ${command.person}`);
        return accounts.act(command.office, command.person, command.act);
      case 'seed':
        // A mailable contact that already existed is only one more existing contact.
        if (command.permission === 'explicit' || command.permission === 'implicit')
          seeded.add(`${command.office} ${command.person}`);
        else touched.add(`${command.office} ${command.person}`);
        return accounts.seed(command.office, command.person, command.permission);
      case 'connection':
        return others.changeConnection(
          command.office,
          ({ broken: 'NEEDS_RECONNECT', connected: 'CONNECTED', disconnected: 'DISCONNECTED' } as const)[command.to],
        );
      case 'entitlement':
        return others.entitle(command.office, command.entitled);
      case 'retry':
        return ask(command.office, command.by, (ctx, identity) =>
          retryDeliveries(
            ctx,
            identity,
            command.person === null ? {} : { email: written(people[command.person]!, number) },
          ),
        );
      case 'cancel-retry':
        return ask(command.office, command.by, (ctx, identity) =>
          cancelRetry(ctx, identity, ownRetry(mongo, command.office)),
        );
      case 'backfill':
        return ask(command.office, command.by, (ctx, identity) =>
          startBackfill(ctx, identity, {
            workflowId: workflowOf(command.office, command.workflow),
            mode: command.mode,
            source: 'ORDERS_SEEN',
          }),
        );
      case 'change-backfill':
        return ask(command.office, command.by, (ctx, identity) =>
          changeBackfill(ctx, identity, ownBackfill(mongo, command.office), command.change),
        );
      case 'erase':
        touched.add(`${command.office} ${command.person}`);
        return ask(command.office, command.by, (ctx, identity) =>
          eraseBuyer(ctx, identity, {
            email: written(people[command.person]!, number),
            deleteContact: command.deleteContact,
          }),
        );
      case 'letters':
        return ask(command.office, command.by, (ctx, identity) =>
          command.what === 'replay'
            ? replayDeadLetters(ctx, identity, { all: true })
            : discardDeadLetters(ctx, identity, { all: true }),
        );
      case 'look':
        return ask(command.office, command.by, (ctx, identity) => lookAround(rest, ctx, identity, command.office));
      case 'wait':
        return stage.advance(command.ms);
      case 'grow-old':
        await settle();
        return stage.advance(retentionMs + 3_600_000);
      case 'freeze':
        return stage.freeze(command.process, command.ms);
      case 'kill': {
        const life = lives[command.process];
        return life && stage.kill(life.actor);
      }
      case 'rebalance':
        return bus.rebalance();
      case 'settle':
        return settle();
    }
  };

  const revive = async (): Promise<void> => {
    for (const process of [0, 1]) if (!lives[process]) await start(process);
  };

  /** One moment for all processes. */
  const tick = async (): Promise<void> => {
    if (stage.random() < 0.4) bus.deliver(() => 1 + Math.floor(stage.random() * 4));
    if (stage.random() < 0.3) stage.beat(Math.floor(stage.random() * 100));
    if (stage.random() < 0.05 || (!lives[0] && !lives[1])) await revive();
    if (!(await stage.turn())) {
      if (!stage.nextTimer(stage.now() + 1_000)) stage.advance(50);
      stage.beat();
      bus.deliver(() => 10);
    }
  };

  /** Lets everything settle and checks it. */
  const settle = async (): Promise<void> => {
    await comeToRest({
      stage,
      rest,
      revive,
      isAlive: (process) => lives[process] !== undefined,
      handOver: (process) => lives[process] && bus.handOver(lives[process].actor),
      askAgain: () => {
        const asked = unanswered.splice(0);
        for (const again of asked) again();
        return asked.length > 0;
      },
    });
    publishedOrders.settle();
    choices.settle();
    for (const office of offices)
      people.forEach((_, person) => {
        if (isErased(rest, office, person)) gone.add(`${office} ${person}`);
      });
    judgeRest(rest);
    await askForCounts();
  };

  /** The process may die or stall during these queries: then there is no number to check, or it is too late. */
  const askForCounts = async (): Promise<void> => {
    const life = lives[0] ?? lives[1];
    if (!life) return;
    let isLate = false;
    const inTime = { mongo, problem: (text: string): void => (isLate ? undefined : problem(text)) };
    judgeCounts(inTime, life.ctx).catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'MongoNetworkError'))
        problem(`3: a count failed: ${String(error)}`);
    });
    await stage.run(0);
    isLate = true;
  };

  /**
   * Whether an order of an erased buyer has got another address later. The values of its earlier events are gone, and
   * are merged anew when those events come again.
   */
  const hasChangedHands = (key: string): boolean => {
    const named = new Set(publishedOrders.of(key).flatMap(({ person }) => person ?? []));
    return named.size > 1 && [...named].some((person) => isErased(rest, officeOf(key), person));
  };

  /** Publishes all messages once more: that must have no effect. */
  const publishAgain = async (): Promise<void> => {
    const stateOf = (): string[] =>
      [
        ...keptDeliveries(mongo).map(({ _id, version, status, reason }) => [_id, version, status, reason]),
        // The time of their next expiry check does not matter.
        ...mongo.all<OrderDocument & { agesFrom: Date }>('orders').map(({ agesFrom: _, ...order }) => order),
      ].map((each) => JSON.stringify(each));
    const expiredNow = (): string[] =>
      mongo.all<OrderDocument>('orders').flatMap(({ _id, expiredAt }) => (expiredAt ? `{"_id":"${_id}"` : []));
    const expired = expiredNow();
    const [before, writes] = [stateOf(), accounts.writes.length];
    for (const input of [...inputs].reverse()) if (!hasChangedHands(input.key)) bus.publish(input.topic, input);
    await settle();
    // Orders that have expired since differ for that reason.
    const grownOld = expiredNow().filter((each) => !expired.includes(each));
    const changed = stateOf().filter(
      (each) => !before.includes(each) && !grownOld.some((order) => each.startsWith(order)),
    );
    if (changed.length > 0) problem(`4: publishing again changed ${changed.join(', ')}`);
    if (accounts.writes.length !== writes)
      problem(`4: publishing again made a call: ${accounts.writes.slice(writes).join('; ')}`);
  };

  try {
    for (const office of offices) {
      accounts.sandbox.confirmOptIns(accountIds[office], history.optInRoute[office] === 'CONFIRM');
      others.entitle(office, true);
      others.publishConnection(office);
    }
    await revive();
    for (const [number, command] of history.commands.entries()) {
      for (let ticks = 0; ticks < command.after; ticks += 1) await tick();
      await stage.calm();
      await perform(command, number);
    }
    await settle();
    await publishAgain();
    for (const failure of bus.failures)
      if (!(failure instanceof Error) || failure.name !== 'MongoNetworkError')
        problem(`a handler failed: ${failure instanceof Error ? (failure.stack ?? failure.message) : 'unknown'}`);
  } catch (error) {
    problem(`3: ${error instanceof Error ? error.message : 'something else was thrown'}`);
  } finally {
    for (const life of lives) if (life) stage.kill(life.actor);
    restoreStage();
  }
  const outcomes: Record<string, number> = {};
  for (const { status, reason } of keptDeliveries(mongo)) {
    const name = `${status} ${reason ?? ''}`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return { problems, awaits: [stage.awaits(0), stage.awaits(1)], calls: accounts.calls(), outcomes };
};
