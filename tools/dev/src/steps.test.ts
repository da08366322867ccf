import { describe, expect, it } from '@jest/globals';
import { defaultPorts } from './steps';

describe('the ports of npm start', () => {
  it('are the standard ones if nothing is set', () => {
    expect(defaultPorts({})).toMatchObject({ gateway: 4000, 'constant-contact-sandbox': 4110, kafka: 19092 });
  });

  it('can be set by name', () => {
    const ports = defaultPorts({ GATEWAY_PORT: '5000', SANDBOX_PORT: '5001', AUTH_CONNECTION_PORT: '5002' });
    expect(ports).toMatchObject({ gateway: 5000, 'constant-contact-sandbox': 5001, 'auth-connection': 5002 });
  });

  it('are refused all at once if they are invalid or used twice', () => {
    const wrong = { GATEWAY_PORT: 'abc', KAFKA_PORT: '70000', MONGO_PORT: '0', SYNC_PORT: '4101' };
    expect(() => defaultPorts(wrong)).toThrow(
      'GATEWAY_PORT=abc is not a valid port (1 to 65535)\nKAFKA_PORT=70000 is not a valid port (1 to 65535)\n' +
        'MONGO_PORT=0 is not a valid port (1 to 65535)\nSYNC_PORT=4101 is used twice',
    );
  });
});
