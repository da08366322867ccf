import { workspaceRoot } from '@boxlist/testkit';
import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = workspaceRoot();
const apps = ['gateway', 'billing', 'auth-connection', 'workflow', 'sync', 'order-intake', 'audit'] as const;

/** Starts the built app with only these settings; returns its output and its exit code. */
const start = (app: string, env: Readonly<Record<string, string>>): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'dist/apps', app, 'main.js')], {
      env: { PATH: process.env.PATH, ...env },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
    child.once('exit', (code) => resolve({ code, said }));
  });

/** The settings of an app that have no default, from the generated page of settings. */
const demandedBy = (app: string): string[] => {
  const page = readFileSync(join(root, 'docs/config.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(`${app}\n`)) ?? '';
  return [...section.matchAll(/^\| `([A-Z_]+)`[^|]*\|([^|]*)\|/gm)].flatMap(([, name = '', value = '']) =>
    /required/i.test(value) ? [name] : [],
  );
};

/** The addresses outside of Boxlist that each app calls or sends browsers to. */
const outside: Readonly<Record<(typeof apps)[number], readonly string[]>> = {
  gateway: ['JWT_JWKS_URL', 'JWT_ISSUER'],
  billing: [],
  'auth-connection': [
    'CONSTANT_CONTACT_API_URL',
    'CONSTANT_CONTACT_AUTHORIZE_URL',
    'CONSTANT_CONTACT_TOKEN_URL',
    'CONSTANT_CONTACT_REVOKE_URL',
    'CONSTANT_CONTACT_ISSUER',
    'CONSTANT_CONTACT_REDIRECT_URL',
    'ALLOWED_RETURN_URLS',
  ],
  workflow: [],
  sync: ['CONSTANT_CONTACT_API_URL', 'TICKET_TAILOR_API_URL'],
  'order-intake': ['JWT_JWKS_URL', 'JWT_ISSUER'],
  audit: [],
};

it.each(apps)(
  '%s refuses addresses in clear of issuer, partners and pages in production, and of services with certificates',
  async (app) => {
    const page = readFileSync(join(root, 'docs/config.md'), 'utf8');
    const section = page.split(/^## /m).find((part) => part.startsWith(`${app}\n`)) ?? '';
    // The sign-in to Kafka has a rule of its own (kafka-settings.ts).
    const all = [...section.matchAll(/^\| `([A-Z_]+_(?:URLS?|ISSUER))`/gm)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('KAFKA_'));
    const inClear = Object.fromEntries(all.map((name) => [name, 'http://127.0.0.1:1/x']));
    const { code, said } = await start(app, {
      ...inClear,
      NODE_ENV: 'production',
      INTERNAL_TLS_CERT_FILE: __filename,
    });
    expect(code).toBe(2);
    const refused = (why: string) =>
      all.filter((name) => said.includes(`${name}: must be https, because ${why}`)).sort();
    expect(refused('NODE_ENV is production')).toEqual([...outside[app]].sort());
    expect(refused('INTERNAL_TLS_')).toEqual(all.filter((name) => !outside[app].includes(name)).sort());
    expect(said).toContain('INTERNAL_TLS_KEY_FILE is missing');
  },
  30_000,
);

describe('an app without its settings', () => {
  it.each(apps)(
    '%s does not start, and names all missing ones at once',
    async (app) => {
      const demanded = demandedBy(app);
      expect(demanded.length).toBeGreaterThan(1);
      const { code, said } = await start(app, {});
      expect(code).toBe(2);
      for (const name of demanded) expect(said).toContain(`${name} is missing`);
    },
    30_000,
  );

  it.each(apps)(
    '%s names invalid ones beside the missing ones, and shows no values',
    async (app) => {
      const [first = '', ...rest] = demandedBy(app);
      const port = `${app.toUpperCase().replaceAll('-', '_')}_PORT`;
      const { code, said } = await start(app, { [port]: 'not-a-port', LOG_LEVEL: 'secret-shout', [first]: '' });
      expect(code).toBe(2);
      expect(said).toContain(port);
      expect(said).toContain('LOG_LEVEL');
      for (const name of [first, ...rest]) expect(said).toContain(`${name} is missing`);
      expect(said).not.toMatch(/not-a-port|secret-shout/);
    },
    30_000,
  );
});
