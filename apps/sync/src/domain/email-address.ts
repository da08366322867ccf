import { domainToASCII } from 'node:url';

/** Format characters, controls (C0 and C1), white space, and whatever else Unicode gives no shape. */
const unseen = /[\p{Cf}\p{Cc}\p{White_Space}\p{Default_Ignorable_Code_Point}]+/gu;
/**
 * Letters, digits and signs in the width of a Chinese or Japanese character, and characters of those scripts in half of
 * it.
 */
const oddWidth = /[\uff01-\uffdc]+/g;
/** The dot over an i is there already. `İ` has one in lower case. */
const secondDot = /(?<=[ij])\u0307+/g;
/** All of the address is ASCII that can be seen. */
const plain = /^[\x21-\x7e]+$/;

/** A text as addresses are compared: nothing in it that nobody sees, one spelling of each character, lower case. */
export const foldedText = (text: string): string =>
  text
    .toWellFormed()
    .replace(oddWidth, (each) => each.normalize('NFKC'))
    .replace(unseen, '')
    .normalize('NFC')
    // Not by the locale of the machine: an address has none.
    .toLowerCase()
    .normalize('NFC')
    .replace(secondDot, '')
    .normalize('NFC');

/** The domain as DNS has it; as it is where it is none, so that it is the same key for ever. */
const asciiDomain = (domain: string): string => {
  // `domainToASCII` reads a URL's host: it would end at a slash, and decode a percent sign.
  if (plain.test(domain) || !/^(?:[a-z0-9._-]|\P{ASCII})+$/u.test(domain.normalize('NFKC'))) return domain;
  const ascii = domainToASCII(domain);
  return /^[a-z0-9._-]+$/.test(ascii) ? ascii : domain;
};

/**
 * The one form in which an e-mail address is kept, compared, hashed and sent; null where nothing is left of it.
 * Whatever is no address has such a form too, so that a person who was typed in that way is found and erased. Said of
 * its own answer it gives the same. It does not tell whether there can be such a mailbox: see `isMailbox`.
 */
export const normalEmail = (value: string | null | undefined): string | null => {
  if (value == null) return null;
  if (plain.test(value)) return value.toLowerCase();
  const text = foldedText(value);
  const domainAt = text.lastIndexOf('@') + 1;
  return (domainAt === 0 ? text : text.slice(0, domainAt) + asciiDomain(text.slice(domainAt))) || null;
};

/** RFC 5322's atoms, with what RFC 6531 adds to them. U+FFFD stands for what was lost. */
const atom = /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|[^\p{ASCII}\ufffd])+$/u;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const longestDomain = 253;

/**
 * Whether there can be a mailbox of that address, which must be in its normal form. How long the part before the `@` is
 * does not matter (RFC 5321, 4.5.3.1: servers should take any length). Quoted parts and addresses without a domain name
 * are none that Constant Contact could write to.
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
    // The last one is never a number: those are IP addresses.
    !/^\d+$/.test(labels.at(-1)!)
  );
};
