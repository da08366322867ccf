import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isMailbox, normalEmail } from './email-address';

const ada = 'ada.example@example.com';

describe('normalEmail', () => {
  it.each([
    ['a zero-width space', `${ada}\u200b`],
    ['a byte order mark', `\ufeff${ada}`],
    ['a soft hyphen', 'ada.exam\u00adple@exam\u00adple.com'],
    ['joiners and directions', '\u202aada.\u200dexample\u200c@example.com\u202c'],
    ['a mark of a tag', `ada.example\u{e0041}@example.com`],
    ['a variation selector', 'ada.example\ufe0f@example.com'],
    ['a filler', 'ada.example\u3164@example.com'],
    ['C0 and C1 controls', 'ada\u0000.exam\u007fple@\u0085example.com\u009f'],
    ['white space of all kinds', '\u00a0ada. example\u2003@\u3000example.com\t\n\u2028'],
    ['capitals', 'Ada.EXAMPLE@Example.COM'],
    ['full-width letters and signs', 'ａｄａ．ｅｘａｍｐｌｅ＠ＥＸＡＭＰＬＥ．ｃｏｍ'],
    ['an ideographic full stop in the domain', 'ada.example@example。com'],
  ])('is the same for an address with %s', (_, written) => {
    expect(normalEmail(written)).toBe(ada);
  });

  it.each([
    ['a letter and its accent', 'rene\u0301@example.com', 'ren\u00e9@example.com'],
    ['a capital letter that has an own composed form in lower case only', 'J\u030c@example.com', 'ǰ@example.com'],
    ['the capital I with a dot', 'İnfo@example.com', 'info@example.com'],
    ['the Kelvin sign', '\u212aim@example.com', 'kim@example.com'],
    ['a domain of another script', 'ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['a German ß', 'ada@faß.example', 'ada@xn--fa-hia.example'],
  ])('has one form for %s', (_, written, normal) => {
    expect(normalEmail(written)).toBe(normal);
  });

  it.each([
    ['a letter that only looks alike', 'аda@example.com', 'ada@example.com'],
    ['a superscript digit', 'ada²@example.com', 'ada2@example.com'],
    ['a ligature', 'o\ufb03ce@example.com', 'office@example.com'],
    ['a dot', 'a.da@example.com', 'ada@example.com'],
    ['a word after a plus', 'ada+news@example.com', 'ada@example.com'],
  ])('keeps apart addresses that may be of different mailboxes: %s', (_, one, other) => {
    expect(normalEmail(one)).not.toBe(normalEmail(other));
  });

  it.each([
    ['a path', 'ada@bücher.example/x'],
    ['a port', 'ada@bücher.example:25'],
    ['an escape', 'ada@b%c3%bccher.exämple'],
    ['a sign that stands for a slash', 'ada@bücher℀.example'],
    ['a number', 'ada@１２７.１'],
  ])('accepts no domain with %s', (_, written) => {
    expect(normalEmail(written)).not.toMatch(/@(bücher|xn--bcher-kva)\.example$/);
    expect(isMailbox(normalEmail(written) ?? '')).toBe(false);
  });

  it.each([null, undefined, '', ' \u200b\t', '\u2060'])('is null for an empty text (%j)', (written) => {
    expect(normalEmail(written)).toBeNull();
  });

  it('leaves its own result unchanged, whatever the text', () => {
    const odd = fc.constantFrom(
      ...[
        '@',
        '.',
        '\u200b',
        '\u0307',
        'i',
        'I',
        'İ',
        'ı',
        'Σ',
        'J',
        '\u030c',
        '＠',
        '。',
        'ｂ',
        'ﾞ',
        'ｶ',
        'ß',
        '\ud800',
      ],
      ...['\ufffd', '%40', '/', 'ü', 'xn--', '\u0301', '\u0323', '℀', '\u00b4', '1', ' ', '-', '\u1e9e', '\u0345'],
    );
    const text = fc
      .array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.tuple(text, text).map((both) => both.join('@')),
        ),
        (written) => {
          const normal = normalEmail(written);
          expect(normalEmail(normal)).toBe(normal);
          expect(normalEmail(`\u200b${written}\u200b`)).toBe(normal);
          if (normal !== null) expect(normal.isWellFormed()).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('leaves its own result unchanged for every character', () => {
    // Characters that no other character normalises to.
    const dull = /[\p{Ideographic}\p{Cn}\p{Co}\uac00-\ud7a3]/u;
    const changed: string[] = [];
    for (let code = 0; code <= 0xe0fff; code += 1) {
      const character = String.fromCodePoint(code);
      if (dull.test(character)) continue;
      const normal = normalEmail(`a${character}@ex${character}ample.com`);
      if (normalEmail(normal) !== normal) changed.push(code.toString(16));
    }
    expect(changed).toEqual([]);
  });

  it('trims an ordinary address and puts it in lower case', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom('', ' ', '\t', '\r\n'), (email, blank) => {
        expect(normalEmail(`${blank}${email}${blank}`)).toBe(email.toLowerCase());
      }),
    );
  });
});

describe('isMailbox', () => {
  it.each([
    ada,
    "o'neill+news@sub.example.co.uk",
    'a@b.c',
    '!#$%&*/=?^_`{|}~-@example.com',
    'ren\u00e9@example.com',
    '用户@xn--fsqu00a.xn--0zwm56d',
    `${'x'.repeat(70)}@example.com`,
    `ada@${'x'.repeat(63)}.example`,
    'ada@1and1.example',
  ])('accepts %s', (email) => {
    expect(isMailbox(email)).toBe(true);
  });

  it.each([
    '',
    'ada',
    '@',
    '@example.com',
    'ada@',
    '.ada@example.com',
    'ada.@example.com',
    'a..b@example.com',
    'ada@example',
    'ada@.example.com',
    'ada@example..com',
    'ada@example.com.',
    'ada@-example.com',
    'ada@example-.com',
    'ada@exam_ple.com',
    'ada@127.0.0.1',
    'ada@[192.0.2.1]',
    'ada@[ipv6:2001:db8::1]',
    'ada@b@example.com',
    'ada<ada@example.com>',
    '<ada@example.com>',
    'mailto:ada@example.com',
    'ada@example.com,bob@example.com',
    'ada@example.com;bob@example.com',
    '"ada"@example.com',
    '"ada,b"@example.com',
    'ada(work)@example.com',
    'ada\\b@example.com',
    'ren\ufffd@example.com',
    `ada@${'x'.repeat(64)}.example`,
    `ada@${'x.'.repeat(130)}example`,
    'Ada@example.com',
    'ada@example.com\u200b',
    'ada@bücher.example',
  ])('refuses an address without a possible mailbox or not in normal form: %j', (email) => {
    expect(isMailbox(email)).toBe(false);
  });
});
