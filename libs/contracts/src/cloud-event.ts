import { AppError } from './errors';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes UTF-8 and drops a byte order mark. Throws BAD_EVENT for bytes that are not UTF-8, because replacement
 * characters would turn a name into another name.
 */
export const utf8Of = (bytes: Uint8Array, what = 'The value'): string => {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new AppError('BAD_EVENT', `${what} is not UTF-8`, {}, { cause: error });
  }
};

/**
 * How a message holds its CloudEvent. `structured`: the value is the envelope. `binary`: `ce_*` headers are the
 * envelope and the value is the data. `other`: a form that Boxlist does not accept. The content type decides. If it
 * names no form, the `ce_*` headers decide.
 */
export const cloudEventModeOf = (headers: Readonly<Record<string, string>>): 'structured' | 'binary' | 'other' => {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/cloudevents+json') return 'structured';
  if (mediaType.startsWith('application/cloudevents')) return 'other';
  return headers.ce_specversion === undefined ? 'structured' : 'binary';
};
