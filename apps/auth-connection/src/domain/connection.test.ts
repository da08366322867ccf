import { describe, expect, it } from '@jest/globals';
import { isAllowedReturnUrl, isFresh, isUsable } from './connection';

describe('a return address', () => {
  const allowed = ['https://console.example.com/settings'];
  it.each([
    ['https://console.example.com/settings', true],
    ['https://console.example.com/settings/apps?x=1', true],
    ['https://console.example.com/settingsevil', false],
    ['https://console.example.com.evil.example/settings', false],
    ['https://user@console.example.com/settings', false],
    ['http://console.example.com/settings', false],
    ['javascript:alert(1)', false],
    ['//evil.example', false],
    ['https://console.example.com/settings/../admin', false],
    ['https://console.example.com/settings/%2e%2e/admin', false],
    ['https://console.example.com\\@evil.example/settings', false],
    ['https://console.example.com:8443/settings', false],
    [`https://console.example.com/settings?x=${'y'.repeat(2_000)}`, false],
  ])('%s is allowed: %s', (url, expected) => {
    expect(isAllowedReturnUrl(url, allowed)).toBe(expected);
  });

  it('of an app must have the scheme and the host that are allowed', () => {
    const ofApp = ['boxlist-app://signed-in/page'];
    expect(isAllowedReturnUrl('boxlist-app://signed-in/page', ofApp)).toBe(true);
    expect(isAllowedReturnUrl('evil-app://signed-in/page', ofApp)).toBe(false);
    expect(isAllowedReturnUrl('boxlist-app://elsewhere/page', ofApp)).toBe(false);
    expect(isAllowedReturnUrl('javascript:/page', ['boxlist-app:/page'])).toBe(false);
  });
});

describe('a token', () => {
  it('is refreshed ten minutes before it expires', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    expect(isFresh(new Date('2026-01-01T00:10:01Z'), now)).toBe(true);
    expect(isFresh(new Date('2026-01-01T00:10:00Z'), now)).toBe(false);
  });

  it('that cannot be refreshed is usable while there is time for a call', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    expect(isUsable(new Date('2026-01-01T00:01:31Z'), now)).toBe(true);
    expect(isUsable(new Date('2026-01-01T00:01:30Z'), now)).toBe(false);
  });
});
