import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A fake of auth-connection's door for access tokens, for tests of sync. It can refuse or not answer. */
export const openTokenDoor = async () => {
  let token = '';
  let mode: 'given' | 'refused' | 'silent' = 'given';
  const server = createServer((_request, response) => {
    if (mode === 'silent') return;
    response.statusCode = mode === 'given' ? 200 : 503;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(mode === 'given' ? { accessToken: token, expiresAt: new Date(Date.now() + 86_400_000) } : {}),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    give: (given: string): void => {
      token = given;
    },
    behave: (how: typeof mode): void => {
      mode = how;
      // Ends requests that still wait for an answer.
      if (how !== 'silent') server.closeAllConnections();
    },
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};
