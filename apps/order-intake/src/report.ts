import type { AppError } from '@boxlist/contracts';
import { counter, type Log } from '@boxlist/service-kit';

const webhooks = counter('boxlist_webhooks_total', 'Webhooks by result: published, ignored or set aside');

export const webhookSetAside = (
  { log }: { readonly log: Log },
  boxOfficeId: string,
  { code, message }: AppError,
): void => {
  webhooks({ result: 'set-aside' });
  log.warn({ boxOfficeId, code, reason: message }, 'webhook.set-aside');
};

export const webhookTaken = (
  { log }: { readonly log: Log },
  boxOfficeId: string,
  orderId: string | undefined,
): void => {
  webhooks({ result: orderId ? 'published' : 'ignored' });
  log.info({ boxOfficeId, orderId }, 'webhook.taken');
};
