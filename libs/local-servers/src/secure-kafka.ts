import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runToEnd } from './process';

/** What makes a local broker secure: the properties of its listener, and its SCRAM users. */
export interface SecureListener {
  /** `{controller}` stands for the port of the controller. */
  readonly properties: (port: number) => string;
  /** For `StorageTool format --add-scram`. */
  readonly users: readonly string[];
  /** More options of the broker's Java. */
  readonly javaOptions: readonly string[];
}

/** A certificate and its private key, in PEM, and the files that hold them. */
export interface LocalCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority for tests. */
export interface LocalAuthority {
  readonly ca: string;
  readonly caFile: string;
  /** A certificate that the authority has signed, for 127.0.0.1 and localhost. */
  readonly issue: (name: string) => Promise<LocalCertificate>;
}

/** Makes a certificate authority in a folder by `openssl`. Its certificates are valid for two days. */
export const createAuthority = async (folder: string): Promise<LocalAuthority> => {
  mkdirSync(folder, { recursive: true });
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): Promise<void> =>
    runToEnd({ command: 'openssl', args, env: process.env, logFile: at('openssl.log') });
  const newKey = ['-newkey', 'rsa:2048', '-noenc'];
  await openssl(
    ...['req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=boxlist-test-authority'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', at('ca.key'), '-out', at('ca.pem')],
  );
  return {
    ca: readFileSync(at('ca.pem'), 'utf8'),
    caFile: at('ca.pem'),
    issue: async (name) => {
      const [keyFile, request, certFile] = [at(`${name}.key`), at(`${name}.csr`), at(`${name}.pem`)];
      const names = at(`${name}.ext`);
      writeFileSync(names, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
      await openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request);
      await openssl(
        ...['x509', '-req', '-in', request, '-days', '2', '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
        ...['-CAcreateserial', '-extfile', names, '-out', certFile],
      );
      return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile };
    },
  };
};

interface SecureOptions {
  readonly authority: LocalAuthority;
  /** Names and passwords of the SCRAM users. */
  readonly users: Readonly<Record<string, string>>;
  /** The users that no access control list binds. */
  readonly superUsers: readonly string[];
  /** Whether clients must show a certificate. */
  readonly clientCertificates?: boolean;
  /** Whose tokens the broker takes (OAUTHBEARER): the keys of the issuer are in a file. */
  readonly tokens?: { readonly jwksFile: string; readonly issuer: string; readonly audience: string };
  /** After how long a client must sign in again, in milliseconds. */
  readonly signInLastsMs?: number;
}

const oneLine = (pem: string): string => pem.trim().replaceAll('\n', '\\n');

/**
 * A listener with SASL_SSL, SCRAM users and the authorizer of KRaft, which denies whatever no rule allows. Only the
 * controller, on loopback, stays plain.
 */
export const secureListener = async (options: SecureOptions): Promise<SecureListener> => {
  const { authority, users, superUsers, clientCertificates = false, tokens, signInLastsMs } = options;
  const { cert, key } = await authority.issue('broker');
  const mechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512', ...(tokens ? ['OAUTHBEARER'] : [])];
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const bearer = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;';
  const validator = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler';
  const [superUser = ''] = superUsers;
  const brokersOwn = `${scram.slice(0, -1)} username="${superUser}" password="${users[superUser] ?? ''}";`;
  const jwksUrl = tokens ? pathToFileURL(tokens.jwksFile).href : '';
  const tokenProperties = tokens
    ? `listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=${bearer}
listener.name.sasl_ssl.oauthbearer.sasl.server.callback.handler.class=${validator}
sasl.oauthbearer.jwks.endpoint.url=${jwksUrl}
sasl.oauthbearer.expected.issuer=${tokens.issuer}
sasl.oauthbearer.expected.audience=${tokens.audience}`
    : '';
  return {
    javaOptions: tokens
      ? [
          `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${jwksUrl}`,
          `-Dorg.apache.kafka.sasl.oauthbearer.allowed.files=${tokens.jwksFile}`,
        ]
      : [],
    users: Object.entries(users).flatMap(([name, password]) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name=${name},password=${password}]`),
    ),
    properties: (port) => `
listeners=SASL_SSL://127.0.0.1:${port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SASL_SSL://127.0.0.1:${port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=${mechanisms.join(',')}
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=${scram}
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=${brokersOwn}
${tokenProperties}
ssl.keystore.type=PEM
ssl.keystore.certificate.chain=${oneLine(cert)}
ssl.keystore.key=${oneLine(key)}
ssl.truststore.type=PEM
ssl.truststore.certificates=${oneLine(authority.ca)}
listener.name.sasl_ssl.ssl.client.auth=${clientCertificates ? 'required' : 'none'}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=${[...superUsers.map((name) => `User:${name}`), 'User:ANONYMOUS'].join(';')}
allow.everyone.if.no.acl.found=false
${signInLastsMs === undefined ? '' : `connections.max.reauth.ms=${signInLastsMs}`}
`,
  };
};
