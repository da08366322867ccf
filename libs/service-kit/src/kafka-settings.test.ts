import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busOptionsFrom } from './kafka-settings';

const brokers = { KAFKA_BROKERS: '127.0.0.1:1' };
const scram = {
  ...brokers,
  KAFKA_SECURITY: 'sasl_ssl',
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_SASL_USERNAME: 'sync',
  KAFKA_SASL_PASSWORD: 'the-password',
};
const bearer = {
  ...brokers,
  KAFKA_SECURITY: 'sasl_ssl',
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_OAUTH_TOKEN_URL: 'http://127.0.0.1:1/token',
  KAFKA_OAUTH_CLIENT_ID: 'sync',
  KAFKA_OAUTH_CLIENT_SECRET: 'the-secret',
};

/** What is wrong with these settings, one line for each problem. */
const problemsIn = (env: Readonly<Record<string, string>>): string[] => {
  try {
    busOptionsFrom(env);
    return [];
  } catch (error) {
    return String((error as Error).message)
      .split('\n')
      .slice(1)
      .map((line) => line.replace('  - ', ''));
  }
};

describe('the settings of Kafka', () => {
  it('are open by default, and secure as soon as they are complete', () => {
    expect(busOptionsFrom(brokers)).toEqual({ brokers: ['127.0.0.1:1'], topicPrefix: '' });
    expect(busOptionsFrom(scram).security?.signIn).toEqual({
      mechanism: 'scram-sha-512',
      username: 'sync',
      password: 'the-password',
    });
    expect(busOptionsFrom({ ...scram, KAFKA_SASL_MECHANISM: 'scram-sha-256' }).security?.signIn?.mechanism).toBe(
      'scram-sha-256',
    );
    expect(busOptionsFrom(bearer).security?.signIn?.mechanism).toBe('oauthbearer');
    expect(busOptionsFrom({ ...brokers, KAFKA_SECURITY: 'ssl' }).security).toEqual({});
  });

  it('read passwords, certificates and keys from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'boxlist-settings-'));
    const file = (name: string): string => {
      writeFileSync(join(folder, name), `${name}\n`);
      return join(folder, name);
    };
    const { KAFKA_SASL_PASSWORD: _, ...rest } = scram;
    const env = {
      ...rest,
      KAFKA_SASL_PASSWORD_FILE: file('password'),
      KAFKA_SSL_CA_FILE: file('ca'),
      KAFKA_SSL_CERT_FILE: file('cert'),
      KAFKA_SSL_KEY_FILE: file('key'),
    };
    expect(busOptionsFrom(env).security).toMatchObject({
      ...{ ca: 'ca', cert: 'cert', key: 'key' },
      signIn: { password: 'password' },
    });
    rmSync(folder, { recursive: true });
    expect(problemsIn(env)).toEqual([expect.stringMatching(/^KAFKA_SSL_CA_FILE: the file cannot be read \(ENOENT\)$/)]);
  });

  it('refuse plaintext in production unless it is allowed explicitly', () => {
    const production = { ...brokers, NODE_ENV: 'production' };
    expect(problemsIn(production)).toEqual([expect.stringContaining('plaintext is refused in production')]);
    expect(problemsIn({ ...production, KAFKA_PLAINTEXT_IN_PRODUCTION: 'true' })).toEqual([]);
    expect(problemsIn({ ...scram, NODE_ENV: 'production' })).toEqual([]);
    expect(problemsIn({ ...bearer, NODE_ENV: 'production' })).toEqual([
      'KAFKA_OAUTH_TOKEN_URL: must be https in production',
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, string[]]>([
    ['TLS files without TLS', { KAFKA_SSL_CA_FILE: '/ca' }, ['KAFKA_SSL_CA_FILE: has no effect']],
    ['a user without a sign-in', { KAFKA_SECURITY: 'ssl', KAFKA_SASL_USERNAME: 'x' }, ['KAFKA_SASL_USERNAME: needs']],
    ['a password without TLS', { KAFKA_SASL_PASSWORD: 'x' }, ['KAFKA_SASL_PASSWORD: needs KAFKA_SECURITY=sasl_ssl']],
    ['a certificate without its key', { KAFKA_SECURITY: 'ssl', KAFKA_SSL_CERT_FILE: '/c' }, ['give both or neither']],
    ['no mechanism', { KAFKA_SECURITY: 'sasl_ssl' }, ['KAFKA_SASL_MECHANISM is missing']],
    [
      'nothing for SCRAM',
      { KAFKA_SECURITY: 'sasl_ssl', KAFKA_SASL_MECHANISM: 'scram-sha-512' },
      ['KAFKA_SASL_USERNAME is missing', 'KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE: give exactly one'],
    ],
    ['two passwords', { ...scram, KAFKA_SASL_PASSWORD_FILE: '/p' }, ['give exactly one']],
    [
      'nothing for OAUTHBEARER',
      { KAFKA_SECURITY: 'sasl_ssl', KAFKA_SASL_MECHANISM: 'oauthbearer' },
      ['KAFKA_OAUTH_TOKEN_URL is missing', 'KAFKA_OAUTH_CLIENT_ID is missing', 'KAFKA_OAUTH_CLIENT_SECRET and'],
    ],
    ['a password beside a token', { ...bearer, KAFKA_SASL_PASSWORD: 'x' }, ['KAFKA_SASL_PASSWORD: is for SCRAM']],
    ['a token beside a password', { ...scram, KAFKA_OAUTH_SCOPE: 'x' }, ['KAFKA_OAUTH_SCOPE: needs']],
    ['an unknown security', { KAFKA_SECURITY: 'sasl_plaintext' }, ['KAFKA_SECURITY: ']],
  ])('refuse %s and show no value', (_, given, expected) => {
    const problems = problemsIn({ ...brokers, ...given });
    expect(problems).toEqual(expected.map((part) => expect.stringContaining(part)));
    expect(problems.join()).not.toMatch(/the-password|the-secret/);
  });
});
