import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(__dirname, '../../..');

interface ComposeService {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly ports?: readonly string[];
}

const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>;
};
const envOf = (name: string): Readonly<Record<string, string | number>> => services[name]?.environment ?? {};

const apps = ['gateway', 'billing', 'auth-connection', 'workflow', 'sync', 'order-intake', 'audit'] as const;
const tools = ['constant-contact-sandbox', 'ticket-tailor-sandbox', 'dev-issuer'] as const;

/** What an app's own config.ts says of its settings. */
const settingsOf = async (app: string) => {
  const { configSchema } = (await import(join(root, 'apps', app, 'src/config.ts'))) as { configSchema: z.ZodObject };
  const { properties = {}, required = [] } = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  const secrets = Object.entries(properties).flatMap(([name, about]) =>
    (about as { secret?: boolean }).secret === true ? name : [],
  );
  return { all: Object.keys(properties), required, secrets };
};

describe.each(apps)('%s in docker-compose.yml', (app) => {
  it('gets the settings that its config names, and all that it requires', async () => {
    const { all, required } = await settingsOf(app);
    const given = Object.keys(envOf(app));
    expect(given.filter((name) => !all.includes(name))).toEqual([]);
    expect(required.filter((name) => !given.includes(name))).toEqual([]);
  });

  it("gets no other service's secret, and none that is written down here", async () => {
    const own = (await settingsOf(app)).secrets;
    const others = (await Promise.all(apps.map(settingsOf))).flatMap(({ secrets }) => secrets);
    const given = Object.entries(envOf(app)).filter(([name]) => others.includes(name));
    expect(given.map(([name]) => name).filter((name) => !own.includes(name))).toEqual([]);
    for (const [, value] of given) expect(value).toMatch(/\$\{[A-Z_]+(:\?|:-boxlist-dev-secret\})/);
  });

  it('signs in to MongoDB as itself', () => {
    const uri = envOf(app).MONGODB_URI;
    if (app === 'gateway') return expect(uri).toBeUndefined();
    const name = `boxlist_${app.replaceAll('-', '_')}`;
    const password = `${app.replaceAll('-', '_').toUpperCase()}_MONGODB_PASSWORD`;
    expect(uri).toContain(`mongodb://${name}:\${${password}:?`);
    expect(uri).toContain(`authSource=${name}`);
    const holders = Object.keys(services).filter((each) => JSON.stringify(envOf(each)).includes(password));
    expect(holders.sort()).toEqual(['mongo', app].sort());
  });
});

describe('every service in docker-compose.yml', () => {
  it.each(Object.keys(services))('%s runs without capabilities and new privileges, and has a health check', (name) => {
    const { cap_drop, security_opt, healthcheck, privileged, ports = [] } = services[name] ?? {};
    expect(cap_drop).toEqual(['ALL']);
    expect(security_opt).toEqual(['no-new-privileges:true']);
    expect(privileged).toBeUndefined();
    expect(healthcheck?.test.length).toBeGreaterThan(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each([...apps, ...tools])('%s runs on a file system that it cannot write', (name) => {
    expect(services[name]).toMatchObject({ read_only: true });
    expect(services[name]?.cap_add).toBeUndefined();
    expect(services[name]?.healthcheck?.test.slice(0, 3)).toEqual(['CMD', 'node', 'health.mjs']);
  });

  it.each(tools)('%s has no secret', (name) => {
    expect(JSON.stringify(envOf(name))).not.toMatch(/SECRET|PASSWORD|_JWK\b|_KEYS?\b/);
  });
});

describe('npm run compose-env', () => {
  it('makes every secret that docker-compose.yml demands', () => {
    const source = readFileSync(join(root, 'tools/dev/src/compose-env.ts'), 'utf8');
    const demanded = new Set(
      [...readFileSync(join(root, 'docker-compose.yml'), 'utf8').matchAll(/\$\{([A-Z_]+):\?/g)].map(
        ([, name = '']) => name,
      ),
    );
    expect(demanded.size).toBeGreaterThan(8);
    for (const name of demanded) {
      const service = /^(.*)_MONGODB_PASSWORD$/.exec(name)?.[1];
      expect([name, source.includes(service ? `'${service}'` : name)]).toEqual([name, true]);
    }
  });
});
