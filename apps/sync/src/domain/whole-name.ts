import type { CcContact } from '@boxlist/constant-contact';
import { cutName, type Details } from './map-buyer';

const wordsOf = (name: string): string[] => name.split(/\s+/).filter((word) => word !== '');
const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((word, index) => word.toLowerCase() === others[index]?.toLowerCase());

/**
 * The first name, when a whole name ends or begins with the last name; undefined otherwise. The buyer entered both, so
 * this is the only way to split a whole name without a guess.
 */
export const firstNameIn = (wholeName: string, lastName: string): string | undefined => {
  const [whole, last] = [wordsOf(wholeName), wordsOf(lastName)];
  const rest = whole.length - last.length;
  if (rest <= 0 || last.length === 0) return undefined;
  if (isSame(whole.slice(rest), last)) return whole.slice(0, rest).join(' ');
  return isSame(whole.slice(0, last.length), last) ? whole.slice(last.length).join(' ') : undefined;
};

/**
 * Merges names of different events into one name. Parts outrank a whole name, however old they are: nothing shows which
 * word of a whole name is which part, unless the last name is among them.
 */
export const asOneName = ({ wholeName, ...rest }: Details): Details => {
  if (!wholeName || rest.firstName) return rest;
  if (!rest.lastName) return { ...rest, wholeName };
  const firstName = firstNameIn(wholeName, rest.lastName);
  return firstName ? { ...rest, firstName: cutName(firstName) } : rest;
};

/**
 * The first name for an existing contact. A whole name must not be next to a last name: "Ann Lee" "Lee". Whichever of
 * the two the contact has, the first name is the rest of the whole name.
 */
export const firstNameFor = (contact: CcContact, { firstName, lastName, wholeName }: Details): string | undefined => {
  const { first_name: has, last_name: hasLast } = contact;
  if (firstName) return firstName;
  if (lastName) return has && !hasLast ? firstNameIn(has, lastName) : undefined;
  const first = wholeName && hasLast ? (has ? undefined : firstNameIn(wholeName, hasLast)) : wholeName;
  return first && cutName(first);
};

/** Whether the name to write depends on the name that the contact has. */
export const dependsOnName = ({ firstName, lastName, wholeName }: Details): boolean =>
  firstName === undefined && (lastName ?? wholeName) !== undefined;
