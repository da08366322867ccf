import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** auth-connection's door for access tokens, which can refuse or fall silent: sync is what is tried here. */
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
      // Whoever waits for an answer that never comes learns it now.
      if (how !== 'silent') server.closeAllConnections();
    },
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};
