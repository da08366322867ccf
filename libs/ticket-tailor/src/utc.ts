const dayPattern = /(?<date>\d{4}-\d\d-\d\d)/.source;
const clockPattern = /(?<clock>[0-2]\d:\d\d:\d\d)(?:[.,](?<fraction>\d{1,9}))?/.source;
const zonePattern = /(?<zone>Z|UTC|[+-][0-2]\d(?::?[0-5]\d)?)?/.source;
const shape = new RegExp(`^${dayPattern}[ T]${clockPattern} ?${zonePattern}$`, 'i');

const offsetMs = (zone: string): number => {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return hours === undefined ? 0 : (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
};

/**
 * Converts a Ticket Tailor time such as `2026-11-28 03:00:00` to RFC 3339 in UTC. A time without a zone (`Z`,
 * `+01:00`, `+0100` or `+01`) is UTC. Fractions of a second are kept. Undefined if the text is not a time, or names a
 * day or an hour that does not exist.
 */
export const utcOf = (text: string): string | undefined => {
  const { date = '', clock = '', fraction = '', zone = 'Z' } = shape.exec(text.trim())?.groups ?? {};
  const asWritten = `${date}T${clock}.000Z`;
  const written = Date.parse(asWritten);
  // JavaScript reads 30 February as a day in March.
  if (Number.isNaN(written) || new Date(written).toISOString() !== asWritten) return undefined;
  const offset = offsetMs(zone);
  if (Math.abs(offset) >= 86_400_000) return undefined;
  const utc = new Date(written - offset).toISOString();
  return /^\d{4}-/.test(utc) ? `${utc.slice(0, 19)}.${fraction.padEnd(3, '0')}Z` : undefined;
};
