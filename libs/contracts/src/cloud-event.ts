import { AppError } from './errors';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of bytes that are to be UTF-8, without a byte order mark. Throws BAD_EVENT where they are not: a reader that
 * replaces what it cannot read makes another name of a name.
 */
export const utf8Of = (bytes: Uint8Array, what = 'The value'): string => {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new AppError('BAD_EVENT', `${what} is not UTF-8`, {}, { cause: error });
  }
};

/**
 * How a message holds its CloudEvent: `structured` (the envelope is the value), `binary` (the envelope is in `ce_*`
 * headers, the value is its data), or another form, which is not taken. The content type decides; `ce_*` headers do
 * where it does not name a form.
 */
export const cloudEventModeOf = (headers: Readonly<Record<string, string>>): 'structured' | 'binary' | 'other' => {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/cloudevents+json') return 'structured';
  if (mediaType.startsWith('application/cloudevents')) return 'other';
  return headers.ce_specversion === undefined ? 'structured' : 'binary';
};
