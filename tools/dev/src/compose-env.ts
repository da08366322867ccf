import { secretsIn, workspaceRoot } from '@boxlist/testkit';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes `.env` with the secrets for `docker compose up`; leaves an existing file unchanged. */
const main = async (): Promise<void> => {
  const file = join(workspaceRoot(), '.env');
  if (existsSync(file)) {
    console.log('.env already exists and stays unchanged.');
    return;
  }
  const dataDir = join(workspaceRoot(), '.data');
  mkdirSync(dataDir, { recursive: true });
  const secrets = await secretsIn(dataDir);
  const lines = {
    IDENTITY_PRIVATE_JWK: `'${secrets.privateJwk}'`,
    IDENTITY_PUBLIC_JWK: `'${secrets.publicJwk}'`,
    SERVICE_TOKEN_SECRET: secrets.serviceToken,
    TOKEN_ENCRYPTION_KEYS: secrets.encryption,
    EMAIL_HASH_KEY: secrets.emailHash,
    // order-intake is open to the internet: what it holds opens nothing of another service.
    SECRET_ENCRYPTION_KEYS: `compose:${randomBytes(32).toString('base64url')}`,
    ...Object.fromEntries(
      ['ROOT', 'BILLING', 'AUTH_CONNECTION', 'WORKFLOW', 'SYNC', 'ORDER_INTAKE', 'AUDIT'].map((name) => [
        name === 'ROOT' ? 'MONGODB_ROOT_PASSWORD' : `${name}_MONGODB_PASSWORD`,
        randomBytes(24).toString('hex'),
      ]),
    ),
  };
  writeFileSync(
    file,
    `${Object.entries(lines)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')}\n`,
    { mode: 0o600 },
  );
  console.log('Wrote .env with fresh secrets. Next: docker compose up');
};

void main();
