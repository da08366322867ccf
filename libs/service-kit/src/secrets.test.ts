import { describe, expect, it } from '@jest/globals';
import { createSecretBox, pastedSecret } from './secrets';

const key = (kid: string, fill: number) => ({ kid, key: new Uint8Array(32).fill(fill) });

describe('a secret box', () => {
  it('opens what it sealed, even after a new first key', async () => {
    const sealed = await createSecretBox([key('old', 1)]).seal('a token');
    expect(sealed).not.toContain('a token');
    expect(await createSecretBox([key('new', 2), key('old', 1)]).open(sealed)).toBe('a token');
  });

  it.each([
    ['a key that is gone', [key('other', 1)]],
    ['another key of the same name', [key('old', 9)]],
  ])('does not open with %s, and reveals nothing of the secret', async (_, keys) => {
    const sealed = await createSecretBox([key('old', 1)]).seal('a token');
    await expect(createSecretBox(keys).open(sealed)).rejects.toMatchObject({ code: 'DEFECT' });
  });
});

/** Regression: a webhook secret was stored with blanks that were copied with it, so no webhook matched it. */
describe('a pasted secret', () => {
  it.each([
    ['blanks and line ends', ' \t\u00a0the-secret\u2003\r\n'],
    ['a byte order mark and zero-width characters', '\ufeffthe\u200b-\u2060secret\u200d'],
    ['soft hyphens, marks of direction and a null', '\u200ethe\u00ad-secret\u202c\u0000'],
    ['fillers', '\u3164\u2800the-secret\u115f'],
  ])('is stored without %s', (_, pasted) => {
    expect(pastedSecret(pasted)).toBe('the-secret');
  });

  it('keeps visible letters and inner blanks', () => {
    expect(pastedSecret(' größe, two words ')).toBe('größe, two words');
    expect(pastedSecret('\u200b \ufeff\u3164\u2800')).toBe('');
  });
});
