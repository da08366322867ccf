import { settings } from '@boxlist/service-kit';
import { describe, expect, it } from '@jest/globals';
import { configSchema } from './config';

const needed = {
  MONGODB_URI: 'mongodb://127.0.0.1:1',
  KAFKA_BROKERS: '127.0.0.1:2',
  IDENTITY_PUBLIC_JWK: '{"kty":"OKP"}',
};

describe('the settings of billing', () => {
  it('have defaults for prices, trial and interval', () => {
    expect(settings(configSchema, needed)).toMatchObject({
      BILLING_PORT: 4101,
      TRIAL_DAYS: 0,
      CONSTANT_CONTACT_MONTHLY_PRICE_MINOR: 1500,
      BILLING_CURRENCY: 'GBP',
    });
  });

  it('report all invalid values at once', () => {
    const wrong = {
      TRIAL_DAYS: '-1',
      BILLING_CURRENCY: 'GPB',
      CONSTANT_CONTACT_MONTHLY_PRICE_MINOR: '15.5',
      BILLING_RUN_INTERVAL_MS: 'often',
    };
    const names = [...Object.keys(needed), ...Object.keys(wrong)];
    const attempt = () => settings(configSchema, wrong);
    for (const name of names) expect(attempt).toThrow(name);
  });
});
