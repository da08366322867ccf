import type { CcContact } from '@boxlist/constant-contact';
import { cutName, type Details } from './map-buyer';

const wordsOf = (name: string): string[] => name.split(/\s+/).filter((word) => word !== '');
const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((word, index) => word.toLowerCase() === others[index]?.toLowerCase());

/**
 * The first name, where a name as a whole ends or begins with the last name. The buyer told both: this is the only way
 * to cut a whole name that is no guess.
 */
export const firstNameIn = (wholeName: string, lastName: string): string | undefined => {
  const [whole, last] = [wordsOf(wholeName), wordsOf(lastName)];
  const rest = whole.length - last.length;
  if (rest <= 0 || last.length === 0) return undefined;
  if (isSame(whole.slice(rest), last)) return whole.slice(0, rest).join(' ');
  return isSame(whole.slice(0, last.length), last) ? whole.slice(last.length).join(' ') : undefined;
};

/**
 * Names that were told by different events as one name. Parts, however old, outrank a whole name: nothing says which of
 * its words are which part, unless the last name is one of them.
 */
export const asOneName = ({ wholeName, ...rest }: Details): Details => {
  if (!wholeName || rest.firstName) return rest;
  if (!rest.lastName) return { ...rest, wholeName };
  const firstName = firstNameIn(wholeName, rest.lastName);
  return firstName ? { ...rest, firstName: cutName(firstName) } : rest;
};

/**
 * The first name for a contact that exists. A whole name and a last name must not stand beside each other: "Ann Lee"
 * "Lee". Whichever of the two is there already, the first name is what the other leaves of it.
 */
export const firstNameFor = (contact: CcContact, { firstName, lastName, wholeName }: Details): string | undefined => {
  const { first_name: has, last_name: hasLast } = contact;
  if (firstName) return firstName;
  if (lastName) return has && !hasLast ? firstNameIn(has, lastName) : undefined;
  const first = wholeName && hasLast ? (has ? undefined : firstNameIn(wholeName, hasLast)) : wholeName;
  return first && cutName(first);
};

/** Whether what is to be written as a name depends on the name that the contact has. */
export const dependsOnName = ({ firstName, lastName, wholeName }: Details): boolean =>
  firstName === undefined && (lastName ?? wholeName) !== undefined;
