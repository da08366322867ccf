import { AppError } from '@boxlist/contracts';
import { keysetPage, type CountedPage, type Identity, type PageArgs } from '@boxlist/service-kit';
import type { Context } from '../context';
import { isMonth, type Month } from '../domain/calendar';
import { upcomingInvoice, type Invoice } from '../domain/invoice';

export type InvoicePage = CountedPage<Invoice>;

/** A page of the box office's invoices: the upcoming one, then the issued ones, newest first. Throws BAD_INPUT. */
export const listInvoices = async (
  ctx: Context,
  { boxOfficeId }: Identity,
  { first, after }: Pick<PageArgs, 'first' | 'after'>,
): Promise<InvoicePage> => {
  const subscriptions = await Promise.all(ctx.catalogue.map(({ id }) => ctx.subscriptions.ofApp(boxOfficeId, id)));
  const upcoming = subscriptions.flatMap((subscription) => upcomingInvoice(subscription) ?? []);
  const page = await keysetPage<Invoice, Month>({
    args: { first, after },
    positionOf: ({ month }) => month,
    fetch: async ({ after: beyond, limit }) => {
      if (beyond !== undefined && !isMonth(beyond)) {
        throw new AppError('BAD_INPUT', 'The cursor in after does not belong to this list', { field: ['after'] });
      }
      const ahead = upcoming.filter(({ month }) => beyond === undefined || month < beyond);
      const issued = await ctx.invoices.page(boxOfficeId, beyond, limit);
      return [...ahead, ...issued].slice(0, limit);
    },
  });
  return { ...page, totalCount: async () => upcoming.length + (await ctx.invoices.count(boxOfficeId)) };
};
