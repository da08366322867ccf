import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate for 127.0.0.1 with its key, and the certificate of the authority that signed it. All are PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const named = (value: string) => [{ name: 'commonName', value }];
const elliptic = { keyType: 'ec', algorithm: 'sha256' } as const;

/** An authority of its own, with one certificate for servers and clients on this machine. */
export const createCertificate = async (): Promise<Certificate> => {
  const authority = await generate(named('Boxlist test authority'), {
    ...elliptic,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const { cert, private: key } = await generate(named('boxlist'), {
    ...elliptic,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { cert, key, ca: authority.cert };
};

/** Writes a certificate into a folder and returns the settings that name its files. */
export const internalTlsSettings = ({ cert, key, ca }: Certificate, folder: string) => {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, pem: string): string => {
    const file = join(folder, name);
    writeFileSync(file, pem, { mode: 0o600 });
    return file;
  };
  return {
    INTERNAL_TLS_CERT_FILE: write('service.crt', cert),
    INTERNAL_TLS_KEY_FILE: write('service.key', key),
    INTERNAL_TLS_CA_FILE: write('authority.crt', ca),
  };
};
