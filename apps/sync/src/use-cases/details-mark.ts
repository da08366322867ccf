import { createHmac } from 'node:crypto';
import type { Context } from '../context';
import type { Wish } from '../domain/decide-contact';
import { detailsText } from '../domain/merge-wishes';

/** The mark of the details that wishes carry together: kept with a contact, it tells whether they were written before. */
export const detailsMarkOf = ({ markKey }: Pick<Context, 'markKey'>, wishes: readonly Wish[]): string =>
  createHmac('sha256', markKey).update(detailsText(wishes)).digest('base64url').slice(0, 22);
