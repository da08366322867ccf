import { AppError } from '@boxlist/contracts';
import { pastedSecret } from '@boxlist/service-kit';

/** The form of Ticket Tailor's API keys. Only Ticket Tailor knows whether a key is valid. */
const shape = /^sk_[A-Za-z0-9_+/=.-]{13,250}$/;

/**
 * The key as it is stored, without blanks around it and without invisible characters. Throws BAD_INPUT, which never
 * contains the input.
 */
export const checkApiKey = (given: string): string => {
  const apiKey = pastedSecret(given);
  if (!shape.test(apiKey))
    throw new AppError('BAD_INPUT', 'apiKey is not a Ticket Tailor API key: those start with sk_', {
      field: ['input', 'apiKey'],
    });
  return apiKey;
};
