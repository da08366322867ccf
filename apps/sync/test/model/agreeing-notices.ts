import { noticeEventSchema, topics } from '@boxlist/contracts';
import type { Notice } from '../../src/store/notices';
import type { Rest } from './at-rest-state';
import { offices } from './history';
import { boxOfficeOf, connectionOf } from './published-orders';

/**
 * Checks that the open notices match the present problems, that no two have one subject, and that each beginning and
 * each end was published.
 */
export const judgeNotices = ({ mongo, bus, connectionState, now, problem }: Rest): void => {
  const notices = mongo.all<Notice>('notices');
  const open = notices.filter(({ recoveredAt }) => recoveredAt === null);
  const hasNotice = (boxOfficeId: string, kind: Notice['kind']): boolean =>
    open.filter((each) => each.boxOfficeId === boxOfficeId && each.kind === kind).length === 1;
  for (const office of offices) {
    const boxOfficeId = boxOfficeOf(office);
    const isBroken = connectionState(office) === 'broken';
    if (hasNotice(boxOfficeId, 'CONNECTION_BROKEN') !== isBroken)
      problem(`3: ${connectionOf(office)} is ${isBroken ? 'broken, and no' : 'not broken, and a'} notice says so`);
    const hasLetters = mongo
      .all<{ boxOfficeId: string; status: string; expiresAt: Date }>('dead_letters')
      .some((each) => each.boxOfficeId === boxOfficeId && each.status === 'OPEN' && each.expiresAt.getTime() > now());
    if (hasNotice(boxOfficeId, 'DEAD_LETTERS') !== hasLetters)
      problem(`3: ${boxOfficeId} has ${hasLetters ? 'dead letters, and no' : 'no dead letters, and a'} notice`);
  }
  const published = new Set<string>();
  for (const { value } of bus.messages(topics.notices.name)) {
    const event = noticeEventSchema.safeParse(JSON.parse(value?.toString() ?? ''));
    if (event.success) published.add(`${event.data.data.noticeId} ${event.data.type.split('.')[2] ?? ''}`);
    else problem(`3: a notice that breaks its contract: ${value?.toString() ?? ''}`);
  }
  const expected = notices.flatMap(({ _id, recoveredAt }) => [
    `${_id} raised`,
    ...(recoveredAt === null ? [] : [`${_id} recovered`]),
  ]);
  for (const each of expected) if (!published.has(each)) problem(`3: the event of notice ${each} was not published`);
  if (published.size > expected.length)
    problem(`3: ${published.size} notice events were published, expected ${expected.length}`);
};
