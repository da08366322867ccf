import type { CountedPage, Identity, PageArgs } from '@boxlist/service-kit';
import type { Context } from '../../context';
import { byIndex, ofTime } from '../../store/by-index';
import type { Notice } from '../../store/notices';
import { pageByTime } from './page-by-time';

export type NoticeState = 'RAISED' | 'RECOVERED';
export type NoticePage = CountedPage<Notice>;

/** A page of the box office's notices, newest first. */
export const noticePage = (
  ctx: Context,
  { boxOfficeId }: Identity,
  { first, after, states }: Pick<PageArgs, 'first' | 'after'> & { readonly states?: readonly NoticeState[] | null },
): Promise<NoticePage> => {
  const among = new Set<NoticeState>(states?.length ? states : ['RAISED', 'RECOVERED']);
  const rest = among.size === 2 ? {} : { recoveredAt: among.has('RAISED') ? null : { $ne: null } };
  return pageByTime<'raisedAt', Notice>(
    ctx.notices,
    'raisedAt',
    { of: (time) => byIndex({ boxOfficeId, ...ofTime('raisedAt', time) }, rest), areFew: true },
    { first, after },
    ctx.clock(),
  );
};
