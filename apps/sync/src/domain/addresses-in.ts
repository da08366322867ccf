import { foldedText, normalEmail } from './email-address';

/** The highest number of addresses that sync tracks for one text. No order has more. */
export const mostAddresses = 1_000;

const longestLocal = 128;
const longestDomain = 255;
const longestValue = 1_000;

/**
 * Every e-mail address that a text may contain, in normal form. The text may be no JSON, may be escaped or cut off. The
 * set may have too many entries rather than too few: each `@` yields its longest and its shortest reading. Returns
 * undefined when there are more than `mostAddresses`.
 */
export const addressesIn = (text: string): ReadonlySet<string> | undefined => {
  const found = new Set<string>();
  const add = (candidate: string): void => {
    const email = normalEmail(candidate);
    if (email) found.add(email);
  };
  for (const variant of new Set(variantsOf(text))) {
    readAround(variant, add);
    if (found.size > mostAddresses) return undefined;
  }
  for (const { name, value } of stringsOf(text)) {
    if (value.length <= longestValue && (value.includes('@') || name === 'email')) add(value);
    if (name === 'data_base64')
      for (const variant of spellingsOf(Buffer.from(value, 'base64').toString('utf8'))) readAround(variant, add);
    if (found.size > mostAddresses) return undefined;
  }
  return found;
};

/** The text itself, and the text without invisible characters, because an address may continue after one. */
const spellingsOf = (text: string): string[] => [text, foldedText(text)];

const variantsOf = (text: string): string[] => [
  ...spellingsOf(text),
  // The zero bytes that remain when UTF-16 is read as UTF-8.
  text.replaceAll('\u0000', ''),
  text.replace(/%40/g, '@'),
  ...spellingsOf(
    text
      .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      .replaceAll('\\/', '/'),
  ),
];

/** Reads both sides of each `@`, up to a limit, so that a long text without blanks costs no more than another. */
const readAround = (text: string, add: (candidate: string) => void): void => {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const before = text.slice(Math.max(0, at - longestLocal), at);
    const after = text.slice(at + 1, at + 1 + longestDomain);
    const wide = [/[^\s@,;<>"]+$/.exec(before)?.[0], /^[^\s@,;<>"]+/.exec(after)?.[0]];
    const narrow = [/[a-z0-9._%+'-]+$/i.exec(before)?.[0], /^[a-z0-9-]+(\.[a-z0-9-]+)*/i.exec(after)?.[0]];
    for (const local of [wide[0], narrow[0]])
      for (const domain of [wide[1], narrow[1]]) if (local && domain) add(`${local}@${domain}`);
  }
};

/** The strings in a JSON value, each with its property name. */
const stringsOf = (text: string): { name: string; value: string }[] => {
  const found: { name: string; value: string }[] = [];
  let left: { name: string; value: unknown }[];
  try {
    left = [{ name: '', value: JSON.parse(text) }];
  } catch {
    return [];
  }
  for (let next = left.pop(); next; next = left.pop()) {
    const { name, value } = next;
    if (typeof value === 'string') found.push({ name, value });
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value))
        left.push({ name: Array.isArray(value) ? name : key, value: each });
  }
  return found;
};
