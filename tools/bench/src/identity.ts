import type { BoxOfficeId } from '@boxlist/contracts';
import { createIdentitySigner, createIdentityVerifier, createRateLimits } from '@boxlist/service-kit';
import { exportJWK, generateKeyPair } from 'jose';
import { createJoseIdentity } from './rivals/jose-identity';
import { line, type Line } from './table';

const boxOfficeId = 'bo_bench' as BoxOfficeId;
const calls = 2_000;
const rounds = 5;

/** Microseconds of CPU of this process for one call, threads included. */
const cpuOf = async (call: (index: number) => unknown): Promise<number> => {
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index += 1) await call(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
};

const bodyOf = (index: number): Buffer =>
  Buffer.from(JSON.stringify({ query: `{ boxOffice { deliveries(first: 50) { nodes { id } } } } # ${index}` }));

/** What the tokens between the gateway and the subgraphs cost, beside those of before, and what rate limits cost. */
export const benchIdentity = async (): Promise<Line[]> => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const [privateJwk, publicJwk] = await Promise.all([exportJWK(privateKey), exportJWK(publicKey)]);
  const jose = await createJoseIdentity(privateJwk, publicJwk);
  const sign = await createIdentitySigner(privateJwk);
  const verifier = await createIdentityVerifier(publicJwk, {
    audience: 'bench',
    usedTokens: { spend: async () => true },
  });
  const limits = createRateLimits({ secret: 'bench' });
  const three = ['address', 'person', 'box office'].map((name) => limits.limit(name, 10_000_000, name));
  const identity = { subject: 'bench', boxOfficeId, role: 'owner' as const };
  const bodies = Array.from({ length: calls }, (_, index) => bodyOf(index));
  const body = (index: number): Buffer => bodies[index] ?? bodyOf(index);
  const check = async (token: string, sent: Buffer): Promise<void> => verifier.confirm(verifier.read(token), sent);
  const joseTokens = await Promise.all(bodies.map(() => jose.sign(boxOfficeId)));
  const best: Record<string, number> = {};
  const measure = async (name: string, call: (index: number) => unknown): Promise<void> => {
    best[name] = Math.min(best[name] ?? Infinity, await cpuOf(call));
  };
  for (let round = 0; round < rounds; round += 1) {
    const tokens = bodies.map((each) => sign(identity, { subgraph: 'bench', body: each, once: true }));
    const repeated = sign(identity, { subgraph: 'bench', body: body(0) });
    await measure('verify before', (index) => jose.verify(joseTokens[index] ?? ''));
    await measure('verify', (index) => check(tokens[index] ?? '', body(index)));
    await measure('verify a repeated query', () => check(repeated, body(0)));
    await measure('sign before', () => jose.sign(boxOfficeId));
    await measure('sign', (index) => sign(identity, { subgraph: 'bench', body: body(index), once: true }));
    await measure('sign a repeated query', () => sign(identity, { subgraph: 'bench', body: body(0) }));
    await measure('three rate limits', async (index) => {
      for (const limit of three) await limit.take(`key ${index % 100}`);
    });
  }
  return [
    ...Object.entries(best).map(([name, us]) => line('identity', name, us, 'µs')),
    line('identity', 'verify / before', (best.verify ?? 0) / (best['verify before'] ?? 1), '', { atMost: 1 }),
    line('identity', 'repeated / before', (best['verify a repeated query'] ?? 0) / (best['verify before'] ?? 1), '', {
      atMost: 0.5,
    }),
  ];
};
