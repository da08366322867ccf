import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, commaList, flag, httpUrl, jwk, port, secret, settings } from './settings';

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
