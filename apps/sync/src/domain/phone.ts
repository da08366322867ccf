import {
  getCountryCallingCode,
  isSupportedCountry,
  parseIncompletePhoneNumber,
  parsePhoneNumberFromString,
  type PhoneNumber,
} from 'libphonenumber-js/min';

/** Dialled before a country's calling code: 00 in most of the world, 011 in North America. */
const internationalPrefixes = [/^[^\d+]*00/, /^[^\d+]*011/];

/** With the digits and the plus of any script as plain ones. */
const plainly = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, (digit) => parseIncompletePhoneNumber(digit))
    .trim();

/**
 * The number that a text tells, for an account of that country; undefined where it is not certain. Without a country
 * only a number that names its own is certain. People also dial abroad the way that another country does: such a number
 * is taken where it can be nothing else.
 */
const numberIn = (text: string, country: string | null): PhoneNumber | undefined => {
  const plain = plainly(text);
  const defaultCountry = country !== null && isSupportedCountry(country) ? country : undefined;
  const readings = [
    plain,
    ...internationalPrefixes.flatMap((each) => (each.test(plain) ? plain.replace(each, '+') : [])),
  ];
  for (const reading of readings) {
    const found = parsePhoneNumberFromString(reading, { defaultCountry });
    if (found?.isPossible()) return found;
  }
  return undefined;
};

/**
 * The same for all ways to write one number. An extension is part of it: it reaches somebody else. A text that is no
 * certain number is compared by its letters and digits.
 */
export const phoneKey = (text: string, country: string | null): string => {
  const found = numberIn(text, country);
  if (found) return found.format('RFC3966');
  return `text:${plainly(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+]/gu, '')}`;
};

/** Whether two texts tell the same number. */
export const isSamePhone = (a: string, b: string, country: string | null): boolean =>
  a === b || phoneKey(a, country) === phoneKey(b, country);

const codeOf = (country: string | null): string | undefined =>
  country !== null && isSupportedCountry(country) ? getCountryCallingCode(country) : undefined;

/**
 * How an import takes the number: `781-555-0100`, the form that the vendor documents besides bare digits, with a `+1`
 * in an account from elsewhere, where it would be read as another number later. Undefined for one that it does not
 * take: all that are not North American, may be from elsewhere, or have an extension.
 */
export const importPhone = (text: string, country: string | null): string | undefined => {
  const found = numberIn(text, country);
  if (found?.countryCallingCode !== '1' || !found.isValid() || found.ext !== undefined) return undefined;
  const [, area, exchange, line] = /^(\d{3})(\d{3})(\d{4})$/.exec(found.nationalNumber) ?? [];
  if (!area || !exchange || !line) return undefined;
  const national = `${area}-${exchange}-${line}`;
  return codeOf(country) === '1' ? national : `+1 ${national}`;
};
