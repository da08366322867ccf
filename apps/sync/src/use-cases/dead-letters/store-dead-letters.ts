import { utf8Of } from '@boxlist/contracts';
import type { BusMessage } from '@boxlist/event-bus';
import type { Context } from '../../context';
import { addressesIn } from '../../domain/addresses-in';
import { readLetter, type ReadLetter } from '../../domain/dead-letter';
import { orderKey } from '../../domain/order';
import { deadLettersTaken } from '../../report';
import type { DeadLetter } from '../../store/dead-letters';
import { publishDeadLetterNotice } from '../history/publish-notices';

/** The most letters kept for one box office; the oldest beyond it are deleted. */
const mostLetters = 10_000;

/**
 * Stores dead letters of the orders topic until they expire, each event once. If a letter's box office is unknown, or
 * its event names too many addresses, nothing of the event is kept. A letter that names an erased buyer is not kept at
 * all.
 */
export const storeDeadLetters = async (ctx: Context, messages: readonly BusMessage[]): Promise<void> => {
  const now = ctx.clock();
  const read = messages
    .map((message) => readLetter(message, now))
    .filter(({ at }) => at.getTime() + ctx.retention.deadLettersMs > now.getTime());
  const parents = new Map(
    (await ctx.deadLetters.byIds(read.flatMap(({ replayOf }) => replayOf ?? []))).map((each) => [each._id, each]),
  );
  const fresh = await withoutErased(
    ctx,
    read.map((each) => letterOf(ctx, each, parents.get(each.replayOf ?? ''))),
  );
  await ctx.deadLetters.keep(fresh);
  // A buyer may have been erased while the letters were written.
  const kept = new Set((await withoutErased(ctx, fresh)).map(({ _id }) => _id));
  await ctx.deadLetters.drop(fresh.map(({ _id }) => _id).filter((id) => !kept.has(id)));
  await ctx.deadLetters.replayEnded(
    read.flatMap(({ replayOf, boxOfficeId }) => (replayOf && boxOfficeId ? [{ id: replayOf, boxOfficeId }] : [])),
    'CAME_BACK',
  );
  for (const boxOfficeId of new Set(fresh.map((each) => each.boxOfficeId)))
    await ctx.deadLetters.keepNewest(boxOfficeId, mostLetters);
  await publishDeadLetterNotice(
    ctx,
    fresh.map(({ boxOfficeId }) => boxOfficeId),
  );
  deadLettersTaken(ctx, fresh.length);
};

const letterOf = (ctx: Context, read: ReadLetter, parent: DeadLetter | undefined): DeadLetter => {
  const { id, boxOfficeId, orderId, code, reason, at, place, leftOut, original } = read;
  const addresses = original && addressesOf(original);
  const isKept = boxOfficeId !== null && addresses !== undefined;
  const isOwn = parent?.boxOfficeId === boxOfficeId;
  return {
    _id: id,
    boxOfficeId,
    orderId,
    code,
    reason,
    receivedAt: at,
    expiresAt: new Date(at.getTime() + ctx.retention.deadLettersMs),
    status: 'OPEN',
    place,
    leftOut,
    original: isKept ? original : null,
    addressHashes: isKept ? [...(addresses ?? [])].map((email) => ctx.hashEmail(boxOfficeId, email)) : [],
    replayOf: isOwn ? (parent?.replayOf ?? parent?._id ?? null) : null,
    replayedAt: null,
    unsent: false,
  };
};

const addressesOf = ({ key, value, headers }: NonNullable<ReadLetter['original']>): ReadonlySet<string> | undefined => {
  const inBody = addressesIn(textOf(value));
  const around = addressesIn([key, ...headers.flat()].join(' '));
  return inBody && around && new Set([...inBody, ...around]);
};

/**
 * The text of a body. One that is not UTF-8 is read in a Western European encoding too, the most frequent case, so that
 * the addresses in it are found.
 */
const textOf = (value: Buffer): string => {
  try {
    return utf8Of(value);
  } catch {
    return `${value.toString('utf8')} ${new TextDecoder('windows-1252').decode(value)}`;
  }
};

/** Leaves out letters that name an erased buyer, an order of one, or an expired order. */
const withoutErased = async (ctx: Context, letters: readonly DeadLetter[]): Promise<DeadLetter[]> => {
  const keyOf = ({ boxOfficeId, orderId }: DeadLetter): string =>
    boxOfficeId && orderId ? orderKey(boxOfficeId, orderId) : '';
  const erased = await ctx.erasures.among(letters.flatMap(({ addressHashes }) => addressHashes));
  const orders = await ctx.orders.byKeys(letters.map(keyOf).filter((key) => key !== ''));
  const blank = new Set(orders.flatMap((order) => (order.erased || order.expired ? order.key : [])));
  return letters.filter(
    (letter) => !blank.has(keyOf(letter)) && !letter.addressHashes.some((hash) => erased.has(hash)),
  );
};
