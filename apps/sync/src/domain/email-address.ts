import { domainToASCII } from 'node:url';

/** Format characters, controls (C0 and C1), white space, and all other characters that Unicode renders as nothing. */
const unseen = /[\p{Cf}\p{Cc}\p{White_Space}\p{Default_Ignorable_Code_Point}]+/gu;
/** Full-width letters, digits and signs, and half-width characters of Chinese and Japanese. */
const oddWidth = /[\uff01-\uffdc]+/g;
/** A dot above an i or j that has its dot already. `İ` in lower case has one. */
const secondDot = /(?<=[ij])\u0307+/g;
/** Matches an address of visible ASCII only. */
const plain = /^[\x21-\x7e]+$/;

/**
 * A text in the form in which addresses are compared: no invisible characters, one spelling of each character, lower
 * case.
 */
export const foldedText = (text: string): string =>
  text
    .toWellFormed()
    .replace(oddWidth, (each) => each.normalize('NFKC'))
    .replace(unseen, '')
    .normalize('NFC')
    // `toLowerCase` does not depend on the machine's locale, and addresses have none.
    .toLowerCase()
    .normalize('NFC')
    .replace(secondDot, '')
    .normalize('NFC');

/** The domain in ASCII, as in DNS. A text that is no domain stays as it is, so that its key never changes. */
const asciiDomain = (domain: string): string => {
  // `domainToASCII` reads the host of a URL: it would stop at a slash and decode a percent sign.
  if (plain.test(domain) || !/^(?:[a-z0-9._-]|\P{ASCII})+$/u.test(domain.normalize('NFKC'))) return domain;
  const ascii = domainToASCII(domain);
  return /^[a-z0-9._-]+$/.test(ascii) ? ascii : domain;
};

/**
 * The one form in which sync keeps, compares, hashes and sends an e-mail address; null when nothing is left. A text
 * that is no address has a normal form too, so that sync finds and erases a person who was entered that way. Applied to
 * its own result it changes nothing. It does not check whether the mailbox can exist: see `isMailbox`.
 */
export const normalEmail = (value: string | null | undefined): string | null => {
  if (value == null) return null;
  if (plain.test(value)) return value.toLowerCase();
  const text = foldedText(value);
  const domainAt = text.lastIndexOf('@') + 1;
  return (domainAt === 0 ? text : text.slice(0, domainAt) + asciiDomain(text.slice(domainAt))) || null;
};

/** The atoms of RFC 5322 with the additions of RFC 6531. U+FFFD marks a character that was lost. */
const atom = /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|[^\p{ASCII}\ufffd])+$/u;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const longestDomain = 253;

/**
 * Whether a mailbox with this address can exist. The address must be in normal form. The length of the part before the
 * `@` does not matter (RFC 5321, 4.5.3.1: servers should accept any length). Addresses with a quoted part or without a
 * domain name are refused, because Constant Contact cannot send to them.
 */
export const isMailbox = (email: string): boolean => {
  if (normalEmail(email) !== email) return false;
  const at = email.indexOf('@');
  if (at < 0) return false;
  const domain = email.slice(at + 1);
  const labels = domain.split('.');
  return (
    email
      .slice(0, at)
      .split('.')
      .every((part) => atom.test(part)) &&
    domain.length <= longestDomain &&
    labels.length > 1 &&
    labels.every((part) => label.test(part)) &&
    // The last label is never a number, because that is an IP address.
    !/^\d+$/.test(labels.at(-1)!)
  );
};
