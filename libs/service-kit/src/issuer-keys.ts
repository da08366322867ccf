import { AppError } from '@boxlist/contracts';
import type { JSONWebKeySet } from 'jose';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

interface IssuerKeysOptions {
  readonly url: string;
  /** How long keys stay usable after they were read, if the issuer does not answer. */
  readonly usableMs: number;
  /** How old keys may be before they are read anew. */
  readonly freshMs?: number;
  /** The least time between two readings for unknown keys. */
  readonly cooldownMs?: number;
  readonly timeoutMs?: number;
  readonly clock?: () => number;
}

/** Keys, and when they were asked for. */
export interface KeySet {
  readonly set: JSONWebKeySet;
  readonly askedAtMs: number;
}

export interface IssuerKeys {
  /** Keys that are usable now. Throws ISSUER_UNAVAILABLE if there are none. */
  current(): Promise<KeySet>;
  /**
   * Keys for a token that names a key which is not in `known`. Reads them anew, but at most once in each cooldown,
   * however many unknown keys callers name. The issuer does not have what the resulting keys lack: they were read after
   * the token was issued, or after its request arrived. Throws ISSUER_UNAVAILABLE if there are no such keys.
   */
  readAfter(token: { readonly issuedMs: number; readonly arrivedMs: number }, known: KeySet): Promise<KeySet>;
}

/** A set that is not empty. Members of a key that nobody here knows are kept for jose. */
const keySet = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string() }))
    .min(1)
    .max(100),
});
const maxBytes = 256 * 1_024;
/** After a failure the next try comes soon, so that an outage does not outlive its cause. */
const retryMs = 1_000;
const patienceMs = 1_000;

const unavailable = (retryAfterMs: number, cause?: unknown): AppError =>
  new AppError('ISSUER_UNAVAILABLE', 'Boxlist cannot check tokens at the moment', {}, { cause, retryAfterMs });

/** Reads a key set. Throws for everything that is not one: another status, a redirect, HTML, an empty set. */
const readKeys = async (url: string, timeoutMs: number): Promise<JSONWebKeySet> => {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`The issuer answered ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > maxBytes) throw new Error('The key set is too large');
    parts.push(part);
  }
  return keySet.parse(JSON.parse(Buffer.concat(parts).toString()));
};

/**
 * The public keys of the token issuer. It reads them when they are 10 minutes old, and when a token names an unknown
 * key. While the issuer does not answer, keys that were read stay usable for `usableMs`. An answer that is no key set
 * counts as no answer.
 */
export const createIssuerKeys = ({
  url,
  usableMs,
  freshMs = Math.min(600_000, usableMs),
  cooldownMs = 5_000,
  timeoutMs = 5_000,
  clock = Date.now,
}: IssuerKeysOptions): IssuerKeys => {
  let keys: KeySet | undefined;
  let failed: { readonly atMs: number; readonly cause: unknown } | undefined;
  let reading: Promise<void> | undefined;
  let lastAskedMs = 0;
  const read = async (): Promise<void> => {
    const askedAtMs = clock();
    lastAskedMs = askedAtMs;
    try {
      keys = { set: await readKeys(url, timeoutMs), askedAtMs };
      failed = undefined;
    } catch (cause) {
      failed = { atMs: clock(), cause };
    }
  };
  /** One reading at a time; all who need it wait for the same one. */
  const readOnce = (): Promise<void> =>
    (reading ??= read().finally(() => {
      reading = undefined;
    }));
  const retryInMs = (): number => (failed ? Math.max(0, failed.atMs + retryMs - clock()) : 0);
  const usable = (): KeySet | undefined => (keys && clock() - keys.askedAtMs <= usableMs ? keys : undefined);
  return {
    current: async () => {
      const now = usable();
      if (now && clock() - now.askedAtMs < freshMs) return now;
      if (retryInMs() === 0) {
        const renewed = readOnce();
        // Nobody who has usable keys waits long for the issuer, and nobody waits for one that failed.
        if (!now) await renewed;
        else if (!failed) await Promise.race([renewed, delay(patienceMs, undefined, { ref: false })]);
      }
      const found = usable();
      if (!found) throw unavailable(Math.max(retryInMs(), retryMs), failed?.cause);
      return found;
    },
    readAfter: async ({ issuedMs, arrivedMs }, known) => {
      const waitMs = () => lastAskedMs + cooldownMs - clock();
      if (keys === known && known.askedAtMs < arrivedMs && waitMs() <= 0) await readOnce();
      if (failed || !keys) throw unavailable(Math.max(waitMs(), retryMs), failed?.cause);
      if (keys.askedAtMs < Math.min(arrivedMs, issuedMs)) throw unavailable(Math.max(waitMs(), retryMs));
      return keys;
    },
  };
};
