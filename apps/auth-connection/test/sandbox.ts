import { startSandbox as start } from '@boxlist/testkit';

/** Constant Contact's sandbox, with the actions that the tests of auth-connection need. */
export const startSandbox = async (redirectUrl: string) => {
  const sandbox = await start(redirectUrl);
  const { control } = sandbox;
  return {
    ...sandbox,
    fault: control.fault,
    switches: control.switches,
    rights: (account: string, privileges: readonly string[]) => control.account(account, { privileges }),
    liveRefreshTokens: control.liveRefreshTokens,
    revokeRefreshTokens: () => control.revokeRefreshTokens(),
    /** The number of calls so far whose path ends with this text. */
    callsTo: async (path: string): Promise<number> =>
      (await control.journal()).filter((call) => call.path.split('?')[0]?.endsWith(path)).length,
    /** The number of codes sent so far, successfully or not. */
    exchanges: async (): Promise<number> =>
      (await control.journal()).filter(
        ({ body }) => (body as { grant_type?: string } | null)?.grant_type === 'authorization_code',
      ).length,
    /** The number of refresh tokens used so far, successfully or not. */
    refreshes: async (): Promise<number> =>
      (await control.journal()).filter(
        ({ body }) => (body as { grant_type?: string } | null)?.grant_type === 'refresh_token',
      ).length,
  };
};
