import { startTokenIssuer, type IssuerAnswer } from '@boxlist/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthenticate, createIssuerKeys } from '../src';

type Issuer = Awaited<ReturnType<typeof startTokenIssuer>>;
let issuer: Issuer;
beforeEach(async () => {
  issuer = await startTokenIssuer();
});
afterEach(() => issuer.close());

const minute = 60_000;
/** A check of callers with a clock that the test moves. */
const checkOf = ({ usableMs = 60 * minute, timeoutMs = 500 } = {}) => {
  let aheadMs = 0;
  const clock = () => Date.now() + aheadMs;
  const keys = createIssuerKeys({ url: issuer.settings.JWT_JWKS_URL, usableMs, timeoutMs, clock });
  const settings = { ...issuer.settings, JWT_MAX_LIFETIME_MS: 86_400_000, JWT_KEYS_USABLE_MS: usableMs };
  const authenticate = createAuthenticate(settings, { keys, clock });
  return {
    passes: (ms: number): void => {
      aheadMs += ms;
    },
    /** OK, or the code of the refusal. */
    check: async (token: string): Promise<string> =>
      authenticate(`Bearer ${token}`).then(
        () => 'OK',
        (error: unknown) => (error as { code: string }).code,
      ),
  };
};
const ago = (ms: number): number => Math.floor((Date.now() - ms) / 1_000);

describe.each<IssuerAnswer>(['error', 'html', 'empty', 'redirect', 'silence'])(
  'an issuer that answers %s',
  (answer) => {
    it('makes tokens uncheckable, and faults of none', async () => {
      issuer.answers(answer);
      expect(await checkOf().check(await issuer.token())).toBe('ISSUER_UNAVAILABLE');
    });

    it('leaves known keys usable for an hour, and not for longer', async () => {
      const { check, passes } = checkOf();
      expect(await check(await issuer.token())).toBe('OK');
      issuer.answers(answer);
      passes(59 * minute);
      expect(await check(await issuer.token())).toBe('OK');
      expect(await check(await issuer.token({ exp: ago(60_000) }))).toBe('UNAUTHENTICATED');
      passes(2 * minute);
      expect(await check(await issuer.token())).toBe('ISSUER_UNAVAILABLE');
      issuer.answers('keys');
      passes(1_000);
      expect(await check(await issuer.token())).toBe('OK');
    });

    it('makes a token of an unknown key uncheckable, because the key may be new', async () => {
      const { check, passes } = checkOf();
      await check(await issuer.token());
      await issuer.rotate('key-2');
      issuer.answers(answer);
      passes(minute);
      expect(await check(await issuer.token({ iat: ago(0) }))).toBe('ISSUER_UNAVAILABLE');
    });
  },
);

describe('keys', () => {
  it('are read once for many callers at once', async () => {
    const { check } = checkOf();
    const token = await issuer.token();
    const answers = await Promise.all(Array.from({ length: 50 }, () => check(token)));
    expect([new Set(answers), issuer.reads()]).toEqual([new Set(['OK']), 1]);
  });

  it('are read again after ten minutes, so that a withdrawn key ends', async () => {
    const { check, passes } = checkOf();
    const withdrawn = await issuer.token({ iat: ago(60_000) });
    expect(await check(withdrawn)).toBe('OK');
    await issuer.rotate('key-2');
    expect(await check(withdrawn)).toBe('OK');
    passes(11 * minute);
    expect(await check(withdrawn)).toBe('UNAUTHENTICATED');
  });

  it('are read at once for a new key', async () => {
    const { check, passes } = checkOf();
    await check(await issuer.token());
    await issuer.rotate('key-2');
    passes(6_000);
    expect(await check(await issuer.token())).toBe('OK');
    expect(issuer.reads()).toBe(2);
  });

  it('are read once in each cooldown, however many unknown keys callers name', async () => {
    const { check, passes } = checkOf();
    await check(await issuer.token());
    for (let round = 1; round <= 3; round += 1) {
      passes(6_000);
      const junk = Array.from({ length: 30 }, (_, index) => issuer.token({}, { kid: `junk-${round}-${index}` }));
      await Promise.all(junk.map(async (token) => check(await token)));
      expect(issuer.reads()).toBe(1 + round);
    }
  });

  it('are read at most once in each cooldown while the issuer fails, too', async () => {
    const { check } = checkOf();
    await check(await issuer.token());
    issuer.answers('error');
    for (let index = 0; index < 20; index += 1) await check(await issuer.token({}, { kid: `junk-${index}` }));
    expect(issuer.reads()).toBeLessThanOrEqual(2);
  });

  it('decide about an unknown key: old tokens are at fault, tokens newer than the keys may not be', async () => {
    const { check } = checkOf();
    await check(await issuer.token());
    expect(await check(await issuer.token({ iat: ago(minute) }, { kid: 'gone' }))).toBe('UNAUTHENTICATED');
    await issuer.rotate('key-2');
    expect(await check(await issuer.token())).toBe('ISSUER_UNAVAILABLE');
  });
});

describe('a token', () => {
  const hour = 3_600;
  it.each<[string, object, object, string]>([
    ['of a day', { exp: ago(0) + 24 * hour }, {}, 'OK'],
    ['of longer than a day', { exp: ago(0) + 24 * hour + 60 }, {}, 'UNAUTHENTICATED'],
    ['without an end', { exp: undefined }, {}, 'UNAUTHENTICATED'],
    ['without a time of issue', { iat: undefined }, {}, 'UNAUTHENTICATED'],
    ['issued in the future', { iat: ago(0) + hour }, {}, 'UNAUTHENTICATED'],
    ['valid in the future', { nbf: ago(0) + hour }, {}, 'UNAUTHENTICATED'],
    ['with an end that is a text', { exp: '2099-01-01' }, {}, 'UNAUTHENTICATED'],
    ['with an endless end', { exp: 1e300 }, {}, 'UNAUTHENTICATED'],
    ['of a subject with a line break', { sub: 'a\nb' }, {}, 'UNAUTHENTICATED'],
    ['of a subject that is a list', { sub: ['a'] }, {}, 'UNAUTHENTICATED'],
    ['of a long subject', { sub: 'a'.repeat(201) }, {}, 'UNAUTHENTICATED'],
    ['of two roles', { role: ['owner', 'viewer'] }, {}, 'UNAUTHENTICATED'],
    ['of the type JWT', {}, { typ: 'JWT' }, 'OK'],
    ['of the type of access tokens', {}, { typ: 'at+jwt' }, 'OK'],
    ['of the type of access tokens in full', {}, { typ: 'application/AT+JWT' }, 'OK'],
    ['of the type of ID tokens', {}, { typ: 'id_token+jwt' }, 'UNAUTHENTICATED'],
    ['of the type of logouts', {}, { typ: 'logout+jwt' }, 'UNAUTHENTICATED'],
    ['of our own services', {}, { typ: 'boxlist-service+jwt' }, 'UNAUTHENTICATED'],
    ['with a nonce, as ID tokens have', { nonce: 'n' }, {}, 'UNAUTHENTICATED'],
    ['with the hash of an access token, as ID tokens have', { at_hash: 'h' }, {}, 'UNAUTHENTICATED'],
    ['used as an ID token', { token_use: 'id' }, {}, 'UNAUTHENTICATED'],
    ['for us among others', { aud: ['boxlist', 'another'] }, {}, 'OK'],
  ])('%s gets its answer', async (_, claims, header, answer) => {
    const { check } = checkOf();
    const token = await issuer.token({ ...claims }, { header: { ...header } });
    // Twice, because a token that was accepted is remembered.
    expect([await check(token), await check(token)]).toEqual([answer, answer]);
  });

  it('with a critical extension is refused, also one that the library knows', async () => {
    const signed = await issuer.token({}, { header: { b64: true, crit: ['b64'] } }).catch(() => '');
    expect(signed).not.toBe('');
    expect(await checkOf().check(signed)).toBe('UNAUTHENTICATED');
  });

  it('ends, although it was accepted before', async () => {
    const { check } = checkOf();
    const token = await issuer.token({ iat: ago(minute), exp: ago(3_000) });
    expect(await check(token)).toBe('OK');
    const ended = await issuer.token({ iat: ago(minute), exp: ago(6_000) });
    expect(await check(ended)).toBe('UNAUTHENTICATED');
  });
});
