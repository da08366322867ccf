import type { CountedPage, Identity, PageArgs } from '@boxlist/service-kit';
import type { Context } from '../../context';
import type { Notice, NoticeState } from '../../store/notices';

export type NoticePage = CountedPage<Notice>;

/** A page of the box office's notices, newest first. */
export const noticePage = (
  ctx: Context,
  { boxOfficeId }: Identity,
  {
    first,
    after,
    signal,
    states,
  }: Pick<PageArgs, 'first' | 'after' | 'signal'> & { readonly states?: readonly NoticeState[] | null },
): Promise<NoticePage> => {
  const among = states?.length ? states : (['RAISED', 'RECOVERED'] as const);
  return ctx.notices.page(boxOfficeId, new Set(among), { first, after, signal }, ctx.clock());
};
