import { AppError, type BoxOfficeId, type ConnectionFact, type ConnectionId } from '@boxlist/contracts';

/** The organiser's choices for a connection. */
export type ConnectionSettings = Pick<ConnectionFact, 'optInRoute' | 'whenQuotaIsScarce' | 'upgradesImported'>;

export const standardSettings: ConnectionSettings = {
  optInRoute: 'DIRECT',
  whenQuotaIsScarce: 'WAIT',
  upgradesImported: false,
};

/** Choices that are absent or null stay as they are. */
export type SettingsChange = { readonly [K in keyof ConnectionSettings]?: ConnectionSettings[K] | null };

/**
 * The settings after a change. Choices that the change omits stay. Throws BAD_INPUT for two choices that contradict
 * each other, and UPGRADE_NOT_OFFERED for upgrades of imported contacts if they are not offered.
 */
export const chosenSettings = (
  present: ConnectionSettings,
  change: SettingsChange,
  offers: { readonly upgrades: boolean },
): ConnectionSettings => {
  const chosen = {
    optInRoute: change.optInRoute ?? present.optInRoute,
    whenQuotaIsScarce: change.whenQuotaIsScarce ?? present.whenQuotaIsScarce,
    upgradesImported: change.upgradesImported ?? present.upgradesImported,
  };
  if (change.upgradesImported && !offers.upgrades)
    throw new AppError(
      'UPGRADE_NOT_OFFERED',
      'Imported contacts keep implicit permission here. The operator has not confirmed that the call which makes ' +
        'it explicit respects an opt-out.',
      { field: ['input', 'upgradesImported'] },
    );
  if (chosen.optInRoute === 'CONFIRM' && chosen.whenQuotaIsScarce === 'IMPORT')
    throw new AppError(
      'BAD_INPUT',
      'CONFIRM works only with WAIT, because an import makes contacts mailable without asking them to confirm',
      { field: ['input', change.whenQuotaIsScarce === 'IMPORT' ? 'whenQuotaIsScarce' : 'optInRoute'] },
    );
  return chosen;
};

export type ConnectionStatus = 'CONNECTED' | 'NEEDS_RECONNECT' | 'DISCONNECTED';

/** A connection without its tokens. */
export interface Connection {
  readonly id: ConnectionId;
  readonly boxOfficeId: BoxOfficeId;
  readonly status: ConnectionStatus;
  readonly needsReconnectReason: string | null;
  readonly accountId: string;
  readonly accountName: string | null;
  /** ISO 3166-1 alpha-2. Null if unknown. */
  readonly countryCode: string | null;
  readonly connectedAt: Date;
  /** When it was last disconnected. Null if never. */
  readonly endedAt: Date | null;
  readonly settings: ConnectionSettings;
  readonly version: number;
}

/** Constant Contact's country code in capitals. Null if it does not have two letters. */
export const countryCodeFrom = (country: string | null | undefined): string | null => {
  const code = country?.trim().toUpperCase() ?? '';
  return /^[A-Z]{2}$/.test(code) ? code : null;
};

/** Encrypted tokens, as they are stored. */
export interface SealedTokens {
  readonly access: string;
  readonly refresh: string | null;
  readonly expiresAt: Date;
}

/** The fact about a connection for other services. */
export const connectionFact = (
  connection: Pick<Connection, 'id' | 'boxOfficeId' | 'status' | 'accountId' | 'countryCode' | 'settings' | 'version'>,
): ConnectionFact => ({
  connectionId: connection.id,
  boxOfficeId: connection.boxOfficeId,
  status: connection.status,
  accountId: connection.accountId,
  countryCode: connection.countryCode,
  ...connection.settings,
  version: connection.version,
});

/** A token is refreshed when it has less than this left, in milliseconds. */
export const refreshMarginMs = 10 * 60_000;

/** Whether a token can be used without a refresh. */
export const isFresh = (expiresAt: Date, now: Date): boolean => expiresAt.getTime() - now.getTime() > refreshMarginMs;

/** Whether a token that cannot be refreshed now still lasts long enough for the call that needs it. */
export const isUsable = (expiresAt: Date, now: Date): boolean => expiresAt.getTime() - now.getTime() > 90_000;

const longestReturnUrl = 2_000;

/**
 * Whether a browser may be sent to a URL of at most 2,000 characters: the same scheme, host and port as an allowed URL,
 * the same path or a path below it, and no user name or password.
 */
export const isAllowedReturnUrl = (url: string, allowed: readonly string[]): boolean => {
  if (url.length > longestReturnUrl || !URL.canParse(url)) return false;
  const target = new URL(url);
  return allowed.some((each) => {
    if (!URL.canParse(each)) return false;
    const base = new URL(each);
    const below = target.pathname === base.pathname || target.pathname.startsWith(base.pathname.replace(/\/?$/, '/'));
    // Not by `origin`, which is the same text for all schemes that the URL standard does not know.
    const same = target.protocol === base.protocol && target.host === base.host;
    return same && below && target.username === '' && target.password === '';
  });
};
