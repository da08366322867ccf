import { sandboxClient } from './clients';
import { startTool } from './tool-process';

/**
 * Starts Constant Contact's sandbox as its own process. It saves nothing, and its call limit is practically
 * unlimited.
 */
export const startSandbox = async (redirectUrl: string, env: Readonly<Record<string, string>> = {}) => {
  const tool = await startTool('constant-contact-sandbox', 'SANDBOX_PORT', {
    SANDBOX_REDIRECT_URIS: redirectUrl,
    SANDBOX_CALLS_PER_SECOND: '1000',
    ...env,
  });
  return {
    ...tool,
    control: sandboxClient(tool.url),
    /** Signs in like a person. Resolves with an access token for the API. */
    accessToken: (account: string): Promise<string> => accessToken(tool.url, account, redirectUrl),
  };
};

const accessToken = async (url: string, account: string, redirectUrl: string): Promise<string> => {
  const base = `${url}/oauth2/default/v1`;
  const query = new URLSearchParams({
    client_id: 'boxlist-dev',
    redirect_uri: redirectUrl,
    response_type: 'code',
    scope: 'contact_data offline_access account_read',
    state: 'testkit',
  });
  const page = await (await fetch(`${base}/authorize?${query.toString()}`)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const back = await fetch(`${base}/authorize/decision`, {
    method: 'POST',
    body: new URLSearchParams({ request, account, decision: 'allow' }),
    redirect: 'manual',
  });
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const answer = await fetch(`${base}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('boxlist-dev:boxlist-dev-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUrl }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
};
