import { AppError } from '@boxlist/contracts';
import { pastedSecret } from '@boxlist/service-kit';

/** An API key as Ticket Tailor gives it out. Whether it is valid, only Ticket Tailor knows. */
const shape = /^sk_[A-Za-z0-9_+/=.-]{13,250}$/;

/**
 * The key as it is kept: without blanks around it and without what nobody sees. Throws BAD_INPUT, which never repeats
 * what was given.
 */
export const checkApiKey = (given: string): string => {
  const apiKey = pastedSecret(given);
  if (!shape.test(apiKey))
    throw new AppError('BAD_INPUT', 'apiKey is not a Ticket Tailor API key: those start with sk_', {
      field: ['input', 'apiKey'],
    });
  return apiKey;
};
