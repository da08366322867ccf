/** The token of an `Authorization` header: the scheme in any case, one or more blanks, then the token. */
export const bearerTokenIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S{1,8192})$/i.exec(authorization ?? '')?.[1];
