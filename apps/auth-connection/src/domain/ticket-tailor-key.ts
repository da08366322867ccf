import { AppError } from '@boxlist/contracts';

/** An API key as Ticket Tailor gives it out. Whether it is valid, only Ticket Tailor knows. */
const shape = /^sk_[A-Za-z0-9_+/=.-]{13,250}$/;

/** The key as it is kept: trimmed. Throws BAD_INPUT, which never repeats what was given. */
export const checkApiKey = (given: string): string => {
  const apiKey = given.trim();
  if (!shape.test(apiKey))
    throw new AppError('BAD_INPUT', 'apiKey is not an API key of Ticket Tailor: those begin with sk_', {
      field: ['input', 'apiKey'],
    });
  return apiKey;
};
