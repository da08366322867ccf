/** Where data may begin in a message: a quotation, a bracket, an address, a long number, a key, a second line. */
const dataBegins = new RegExp(
  [
    /["“`[{(<]/,
    /(?<![A-Za-z])['’]|['’](?![A-Za-z])/,
    /[a-z][a-z+.-]*:\/\//i,
    /\S+@/,
    /\+\d/,
    /\d{7,}/,
    /[\w-]{32,}/,
    /[\r\n]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

const longest = 200;

/**
 * The beginning of a text, up to where data may begin. A duplicate key becomes "E11000 duplicate key error collection:
 * … dup key: …". Words of data without any sign of it cannot be told from words of the message, so only messages of
 * known classes of errors get this far.
 */
export const safeText = (text: string): string => {
  const at = text.search(dataBegins);
  const safe = (at < 0 ? text : text.slice(0, at)).slice(0, longest);
  return safe.length === text.length ? text : `${safe}…`;
};

/** A message of Boxlist itself, which may quote words, without anything that has the form of a person or a key. */
export const ownText = (text: string): string =>
  text
    .replace(/[a-z][a-z+.-]*:\/\/\S+/gi, '…')
    .replace(/\S+@\S+/g, '…')
    .replace(/\+?\d[\d ()-]{6,}\d/g, '…')
    .replace(/\beyJ[\w.-]+|\b[\w-]{40,}/g, '…')
    .slice(0, 500);
