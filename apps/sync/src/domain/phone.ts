import {
  getCountryCallingCode,
  isSupportedCountry,
  parseIncompletePhoneNumber,
  parsePhoneNumberFromString,
  type PhoneNumber,
} from 'libphonenumber-js/min';

/** The prefixes of an international call: 00 in most of the world, 011 in North America. */
const internationalPrefixes = [/^[^\d+]*00/, /^[^\d+]*011/];

/** Replaces digits and the plus sign of any script by ASCII ones. */
const plainly = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, (digit) => parseIncompletePhoneNumber(digit))
    .trim();

/**
 * The number in a text, for an account of that country; undefined when it is not certain. Without a country, only a
 * number with a country code is certain. People may also use the international prefix of another country; such a number
 * counts when it can be nothing else.
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
 * A key that is the same for all spellings of one number. An extension is part of it, because it reaches another
 * person. A text that is no certain number is compared by its letters and digits.
 */
export const phoneKey = (text: string, country: string | null): string => {
  const found = numberIn(text, country);
  if (found) return found.format('RFC3966');
  return `text:${plainly(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+]/gu, '')}`;
};

/** Whether two texts have the same number. */
export const isSamePhone = (a: string, b: string, country: string | null): boolean =>
  a === b || phoneKey(a, country) === phoneKey(b, country);

const codeOf = (country: string | null): string | undefined =>
  country !== null && isSupportedCountry(country) ? getCountryCallingCode(country) : undefined;

/**
 * The number in a form that imports accept: `781-555-0100`, which Constant Contact documents besides bare digits. In an
 * account from elsewhere it has a `+1`, because it would be read as another number later. Undefined for a number that
 * is not North American, may be from elsewhere, or has an extension.
 */
export const importPhone = (text: string, country: string | null): string | undefined => {
  const found = numberIn(text, country);
  if (found?.countryCallingCode !== '1' || !found.isValid() || found.ext !== undefined) return undefined;
  const [, area, exchange, line] = /^(\d{3})(\d{3})(\d{4})$/.exec(found.nationalNumber) ?? [];
  if (!area || !exchange || !line) return undefined;
  const national = `${area}-${exchange}-${line}`;
  return codeOf(country) === '1' ? national : `+1 ${national}`;
};
