import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  ConfigError,
  commaList,
  commonSettings,
  flag,
  httpUrl,
  internalUrl,
  jwk,
  outsideUrl,
  port,
  secret,
  settings,
} from './settings';

const schema = z.object({
  PORT: port(4000),
  API_URL: httpUrl(),
  BROKERS: commaList(),
  KEY: jwk(),
  PASSWORD: secret(8),
  ENABLED: flag(true),
});
const good = { API_URL: 'http://127.0.0.1:1/v3/', BROKERS: 'a:1, b:2,', KEY: '{"kty":"OKP"}', PASSWORD: 'long-enough' };

describe('settings', () => {
  it('reads values, fills defaults and drops a trailing slash', () => {
    expect(settings(schema, { ...good, ENABLED: '' })).toMatchObject({
      PORT: 4000,
      API_URL: 'http://127.0.0.1:1/v3',
      BROKERS: ['a:1', 'b:2'],
      ENABLED: true,
    });
  });

  it('names all problems at once and shows no value', () => {
    const read = () =>
      settings(schema, { ...good, PORT: '70000', API_URL: 'ftp://secret-host', KEY: '{}', PASSWORD: undefined });
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      const problems = (error as ConfigError).problems.join('\n');
      expect(problems).toMatch(/PORT: /);
      expect(problems).toMatch(/API_URL: must be an http or https address/);
      expect(problems).toMatch(/KEY: must be a JSON Web Key/);
      expect(problems).toMatch(/PASSWORD is missing/);
      expect(problems).not.toMatch(/secret-host|70000/);
    }
  });
});

describe('addresses', () => {
  const addresses = z.object({
    ...commonSettings,
    PARTNER_URL: outsideUrl().describe('A partner.'),
    RETURN_URLS: commaList().default([]).meta({ reach: 'outside' }).describe('Pages.'),
    ISSUER: z.string().default('x').meta({ reach: 'outside' }).describe('A name.'),
    SYNC_URL: internalUrl().describe('A neighbour.'),
    OPTIONAL_URL: outsideUrl().optional().describe('A partner that may be absent.'),
  });
  const inClear = {
    PARTNER_URL: 'http://partner.example.com',
    RETURN_URLS: 'https://a.example.com,http://localhost/b',
    ISSUER: 'HTTP://issuer.example.com',
    SYNC_URL: 'http://sync:4104',
    OPTIONAL_URL: 'http://optional.example.com',
  };
  const inTls = Object.fromEntries(Object.entries(inClear).map(([key, url]) => [key, url.replace(/http:/i, 'https:')]));
  const problemsOf = (env: Record<string, string>): readonly string[] => {
    try {
      settings(addresses, env);
      return [];
    } catch (error) {
      return (error as ConfigError).problems;
    }
  };

  it('of issuer, partner and pages are https in production, even on this machine', () => {
    expect(problemsOf(inClear)).toEqual([]);
    expect(problemsOf({ ...inClear, NODE_ENV: 'production' })).toEqual(
      ['PARTNER_URL', 'RETURN_URLS', 'ISSUER', 'OPTIONAL_URL'].map(
        (name) => `${name}: must be https, because NODE_ENV is production`,
      ),
    );
    expect(problemsOf({ ...inTls, SYNC_URL: inClear.SYNC_URL, NODE_ENV: 'production' })).toEqual([]);
  });

  it('of neighbours are https where the services have certificates, of which all parts are there', () => {
    const file = { INTERNAL_TLS_CERT_FILE: __filename, INTERNAL_TLS_KEY_FILE: __filename };
    expect(problemsOf({ ...inClear, ...file })).toEqual([
      'SYNC_URL: must be https, because INTERNAL_TLS_… are set',
      'INTERNAL_TLS_CA_FILE is missing: INTERNAL_TLS_… belong together',
    ]);
    expect(problemsOf({ ...inTls, ...file, INTERNAL_TLS_CA_FILE: '/nowhere.pem' })).toEqual([
      'INTERNAL_TLS_CA_FILE: must be the path of a file that the service can read',
    ]);
    expect(problemsOf({ ...inTls, ...file, INTERNAL_TLS_CA_FILE: __filename })).toEqual([]);
  });
});
