import { describe, expect, it } from '@jest/globals';
import { importPhone, isSamePhone, phoneKey } from './phone';

const london = '+442079460000';
/** Different spellings of one number. */
const spellings = [
  '+442079460000',
  '+44 20 7946 0000',
  '(+44) 20 7946 0000',
  '+44 (0)20 7946 0000',
  '+44-20-7946-0000',
  '+44.20.7946.0000',
  '00442079460000',
  '00 44 20 7946 0000',
  '(00)44 20 7946 0000',
  '011 44 20 7946 0000',
  '011442079460000',
  'tel:+44-20-7946-0000',
  '＋44 20 7946 0000',
  '＋４４２０７９４６００００',
  '+٤٤ ٢٠ ٧٩٤٦ ٠٠٠٠',
  '٠٠٤٤٢٠٧٩٤٦٠٠٠٠',
  '+44\u00a020\u00a07946\u00a00000',
  '\u200e+44 20 7946 0000',
];

describe('a phone', () => {
  it.each(spellings.flatMap((text) => ['GB', 'US', 'CA', 'FR', null].map((country) => [text, country] as const)))(
    'is the same number as %s in an account of %s, and not for an import',
    (text, country) => {
      expect(phoneKey(text, country)).toBe(`tel:${london}`);
      expect(importPhone(text, country)).toBeUndefined();
    },
  );

  it.each([
    ['020 7946 0000', 'GB', `tel:${london}`],
    ['44 20 7946 0000', 'GB', `tel:${london}`],
    ['06 12 34 56 78', 'FR', 'tel:+33612345678'],
    ['+52 55 1234 5678', 'US', 'tel:+525512345678'],
    ['0039 06 1234 5678', 'US', 'tel:+390612345678'],
    ['02079460000 x5', 'GB', `tel:${london};ext=5`],
    ['+44 20 7946 0000 ext. 5', 'US', `tel:${london};ext=5`],
  ])('%s in an account of %s is %s', (text, country, key) => {
    expect(phoneKey(text, country)).toBe(key);
    expect(importPhone(text, country)).toBeUndefined();
  });

  it.each([
    ['(781) 555-0100', 'US'],
    ['781 555 0100', 'CA'],
    ['1.781.555.0100', 'US'],
    ['+1 781 555 0100', 'US'],
    ['+1 781 555 0100', 'GB'],
    ['+1 (781) 555-0100', null],
    ['001 781 555 0100', 'GB'],
    ['001 781 555 0100', 'US'],
    ['tel:+1-781-555-0100', null],
    ['７８１ ５５５ ０１００', 'US'],
  ])('%s in an account of %s goes by import', (text, country) => {
    const row = importPhone(text, country) ?? '';
    expect(row).toBe(country === 'US' || country === 'CA' ? '781-555-0100' : '+1 781-555-0100');
    // The form in which sync later reads it from the imported contact.
    expect(isSamePhone(text, row, country)).toBe(true);
    expect(isSamePhone(text, '+17815550100', country)).toBe(true);
  });

  it('of any North American country goes by import', () => {
    expect(importPhone('+1 876 555 0100', 'JM')).toBe('876-555-0100');
    expect(importPhone('(416) 555-0100', 'CA')).toBe('416-555-0100');
  });

  it.each([
    // Without a country, ten digits may be from anywhere: Indian numbers look the same.
    ['781 555 0100', null],
    ['781 555 0100', 'GB'],
    ['781 555 0100', 'XX'],
    ['07700 900123', 'US'],
    // Constant Contact does not document that an import accepts an extension.
    ['(781) 555-0100 x5', 'US'],
    ['555-0100', 'US'],
    ['+1 000 000 0000', 'US'],
    ['1-800-FLOWERS', 'US'],
    ['+44 20 7946 0000 / 0001', 'US'],
    ['+999 123456', 'US'],
    ['ask', 'US'],
  ])('%s in an account of %s goes by a call', (text, country) => {
    expect(importPhone(text, country)).toBeUndefined();
  });

  it('that is no certain number is compared by its letters and digits', () => {
    expect(isSamePhone('555 01', '555-01', 'US')).toBe(true);
    expect(isSamePhone('555 01', '555-02', 'US')).toBe(false);
    expect(isSamePhone('1-800-FLOWERS', '1 800 flowers', 'US')).toBe(true);
    expect(isSamePhone('781 555 0100', '(781) 555-0100', null)).toBe(true);
    expect(isSamePhone('+44 20 7946 0000', '+44 20 7946 0001', 'GB')).toBe(false);
    expect(isSamePhone('+44 20 7946 0000', '+44 20 7946 0000 x5', 'GB')).toBe(false);
  });
});
