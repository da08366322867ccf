import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressesIn, mostAddresses } from './addresses-in';

const ada = 'ada.example@example.com';

describe('addressesIn', () => {
  it.each([
    ['JSON', JSON.stringify({ data: { buyer_details: { email: ada } } })],
    ['JSON that is cut off', `{"email":"${ada}`],
    ['capitals and blanks', JSON.stringify({ email: `  ${ada.toUpperCase()} ` })],
    ['an escaped @', `{"email":"${ada.replace('@', '\\u0040')}" and no JSON`],
    ['a form', `email=${ada.replace('@', '%40')}&x=1`],
    ['brackets', `To: Ada <${ada}>; (${ada}).`],
    ['UTF-16', Buffer.from(`{"email":"${ada}"}`, 'utf16le').toString('utf8')],
    ['base64 in an event', JSON.stringify({ data_base64: Buffer.from(`{"email":"${ada}"}`).toString('base64') })],
    ['JSON with characters in them that nobody sees', JSON.stringify({ email: ada.replace('@', '\u200b@ ') })],
    ['such JSON that is cut off', `{"email":"${ada.replace('.', '\u2060.\t').replace('@', '＠')}","x`],
    ['such JSON with escapes', `{"email":"${ada.replace('@', '\\u200b@\\ufeff')}" and no JSON`],
    ['such base64', JSON.stringify({ data_base64: Buffer.from(ada.replace('@', '@\u00ad')).toString('base64') })],
    ['a link', `<a href="mailto:${ada}?subject=x">`],
  ])('finds an address in %s', (_, text) => {
    expect([...(addressesIn(text) ?? [])]).toContain(ada);
  });

  it('finds an address whatever text surrounds it', () => {
    const noise = fc.string().map((text) => text.replaceAll('@', ' '));
    fc.assert(
      fc.property(noise, noise, (before, after) => {
        expect([...(addressesIn(`${before} ${ada}\n${after}`) ?? [])]).toContain(ada);
      }),
    );
  });

  it('returns the value of an email field that is not an address', () => {
    expect([...(addressesIn('{"buyer_details":{"email":"Not An Address"}}') ?? [])]).toEqual(['notanaddress']);
  });

  it('returns undefined when a text has more addresses than the limit', () => {
    const many = Array.from({ length: mostAddresses + 1 }, (_, index) => `a${index}@example.com`);
    expect(addressesIn(many.join(' '))).toBeUndefined();
  });

  it('returns an empty set for a text without addresses', () => {
    expect(addressesIn('{"id":"or_1","status":"completed"}')?.size).toBe(0);
    expect(addressesIn('a @')?.size).toBe(0);
  });
});
