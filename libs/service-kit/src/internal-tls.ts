import { Agent, fetch as fetchWith } from 'undici';
import type { TlsSettings } from './settings';

/** The certificate and key of this service, and the authority that signed those of the others. */
export interface InternalTls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** The certificates of the internal listeners and calls, or undefined where these speak plain HTTP. */
export const internalTlsOf = (settings: TlsSettings): InternalTls | undefined => {
  const { INTERNAL_TLS_CERT_FILE: cert, INTERNAL_TLS_KEY_FILE: key, INTERNAL_TLS_CA_FILE: ca } = settings;
  return cert && key && ca ? { cert, key, ca } : undefined;
};

/** The TLS options of a server that answers only callers with a certificate of the authority. */
export const mutualTls = ({ cert, key, ca }: InternalTls) => ({
  cert,
  key,
  ca,
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.3' as const,
});

/**
 * `fetch` for calls of other services of Boxlist. With certificates it shows its own, and accepts only servers with a
 * certificate of the authority for the name in the URL.
 */
export const createInternalFetch = (tls: InternalTls | undefined): typeof fetch => {
  if (!tls) return fetch;
  const dispatcher = new Agent({ connect: { ...tls, timeout: 3_000 } });
  return ((url: string, init: object) => fetchWith(url, { ...init, dispatcher })) as unknown as typeof fetch;
};
