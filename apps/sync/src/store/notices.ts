import { cloudEventOf, idPrefixes, type NoticeKind } from '@boxlist/contracts';
import type { OutboxRendering } from '@boxlist/event-bus';
import { isDuplicateKey, type CountedPage, type PageArgs } from '@boxlist/service-kit';
import { createHash } from 'node:crypto';
import type { Connection } from 'mongoose';
import { subjectKey, type NoticeSubject } from '../domain/notice';
import { byIndex, ofTime, pageByTime } from './narrow-reads';

/** One episode of a subject, from its beginning to its end. */
export interface Notice extends NoticeSubject {
  readonly _id: string;
  readonly raisedAt: Date;
  readonly recoveredAt: Date | null;
}

type NewsId = 'raised' | 'recovered';
interface News {
  readonly id: NewsId;
  readonly at: Date;
}

export interface NoticeDocument extends Notice {
  readonly subject: string;
  /** 1 for the first episode of its subject. */
  readonly episode: number;
  /** Set until the episode ends. */
  readonly open?: true;
  readonly outbox: readonly News[];
  /** When the notice may be deleted; set when the episode ends. */
  readonly expiresAt?: Date;
}

/** The id of an episode follows from its number, so two processes that start it at once create one document. */
const noticeId = (subject: string, episode: number): string =>
  `${idPrefixes.notice}${createHash('sha256').update(`${subject}\n${episode}`).digest('base64url').slice(0, 26)}`;

/** Renders the events of a notice. Rendering one again yields the same event id. */
export const noticeRendering: OutboxRendering<NoticeSubject & Omit<NoticeDocument, keyof NoticeSubject>, News> = {
  fields: ['boxOfficeId', 'kind', 'level', 'connectionId', 'workflowId', 'raisedAt'],
  of: ({ _id, boxOfficeId, kind, level, connectionId, workflowId, raisedAt }, { id, at }) => ({
    key: _id,
    value: JSON.stringify(
      cloudEventOf({
        id: `${idPrefixes.event}${_id.slice(idPrefixes.notice.length)}.${id}`,
        type: `boxlist.notice.${id}.v1`,
        source: '/boxlist/sync',
        subject: _id,
        boxOfficeId,
        time: at,
        data: {
          noticeId: _id,
          boxOfficeId,
          kind,
          level,
          connectionId,
          workflowId,
          raisedAt: raisedAt.toISOString(),
          recoveredAt: id === 'recovered' ? at.toISOString() : null,
        },
      }),
    ),
  }),
};

const projection = { outbox: 0, subject: 0, episode: 0, open: 0, expiresAt: 0 };

/** Whether the episode of a notice is still open. */
export type NoticeState = 'RAISED' | 'RECOVERED';

/** Notices, each with an outbox for its events. */
export const createNoticeStore = (mongo: Connection) => {
  const notices = mongo.collection<NoticeDocument>('notices');
  return {
    collection: notices,
    init: async (): Promise<void> => {
      await notices.createIndex({ subject: 1, episode: -1 });
      await notices.createIndex({ boxOfficeId: 1, raisedAt: -1, _id: -1 });
      await notices.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await notices.createIndex({ kind: 1 }, { name: 'open', partialFilterExpression: { open: true } });
    },
    /**
     * Raises or ends the notice of a subject by its present state. It reads the last episode before it calls `applies`,
     * and the write succeeds only while that episode is still the last. So one process alone starts an episode, one
     * alone ends it, and none acts on an earlier state. Returns the event that was written, or undefined.
     */
    update: async (
      about: NoticeSubject,
      applies: (hasBegun: boolean) => boolean | Promise<boolean>,
      { now, keptMs }: { readonly now: Date; readonly keptMs: number },
    ): Promise<NewsId | undefined> => {
      const subject = subjectKey(about);
      const [last] = await notices.find({ subject }).sort({ episode: -1 }).limit(1).toArray();
      const hasBegun = last?.open === true;
      if ((await applies(hasBegun)) === hasBegun) return undefined;
      if (last && hasBegun) {
        const { matchedCount } = await notices.updateOne(
          { _id: last._id, open: true },
          {
            $set: { recoveredAt: now, expiresAt: new Date(now.getTime() + keptMs) },
            $unset: { open: 1 },
            $push: { outbox: { id: 'recovered', at: now } },
          },
        );
        return matchedCount === 1 ? 'recovered' : undefined;
      }
      const episode = (last?.episode ?? 0) + 1;
      try {
        await notices.insertOne({
          ...about,
          _id: noticeId(subject, episode),
          subject,
          episode,
          open: true,
          raisedAt: now,
          recoveredAt: null,
          outbox: [{ id: 'raised', at: now }],
        });
        return 'raised';
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** The open notices of these kinds. */
    open: (kinds: readonly NoticeKind[]): AsyncIterable<Notice> =>
      notices.find({ open: true, kind: { $in: kinds } }, { projection }),
    byId: (id: string): Promise<Notice | null> => notices.findOne({ _id: id }, { projection }),
    /** A page of a box office's notices, newest first. Throws BAD_INPUT. */
    page: (
      boxOfficeId: string,
      states: ReadonlySet<NoticeState>,
      args: PageArgs,
      now: Date,
    ): Promise<CountedPage<Notice>> => {
      const ofState = states.size === 2 ? {} : { recoveredAt: states.has('RAISED') ? null : { $ne: null } };
      return pageByTime<NoticeDocument, 'raisedAt', Notice>(
        {
          find: (filter, sort, limit) =>
            notices.find(filter, { projection }).sort({ raisedAt: sort, _id: sort }).limit(limit).toArray(),
          count: (filter) => notices.countDocuments(filter),
        },
        'raisedAt',
        { of: (time) => byIndex<NoticeDocument>({ boxOfficeId, ...ofTime('raisedAt', time) }, ofState), areFew: true },
        args,
        now,
      );
    },
  };
};
