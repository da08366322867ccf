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
