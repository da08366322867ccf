const valueForms: readonly (readonly [RegExp, string])[] = [
  // Variable "$input" got invalid value [the value] at "input.apiKey"; String cannot represent …
  [/(got invalid value)(?! at "|;) .*?(?= at "[\w.$[\]]+"[;.]|; [A-Z]|$)/s, '$1'],
  [/(cannot represent [^:]*): .*$/s, '$1'],
  [/\b(found|Found) (\{|\[|"|-?\d).*$/s, '$1 another value'],
  // Syntax Error: Expected ":", found String "the value".
  [/\b(found|Unexpected) (Name|Int|Float|String|BlockString|Comment) ".*$/s, '$1 $2'],
  [/(Invalid number, [^:]*): .*$/s, '$1'],
  [/(Value) .*? (does not exist in|cannot represent|for)/s, '$1 $2'],
  [/(Invalid character(?: escape sequence| within String)?|Invalid Unicode escape sequence): .*$/s, '$1'],
];

/** A name of a schema, a variable, a type, or signs of the language. */
const isName = (quoted: string): boolean =>
  /^"\$?[A-Za-z_][\w.]{0,79}"$|^"[[\]!A-Za-z_]\w{0,79}[\]!]{0,4}"$|^"[:{}()[\]=|&!$@.]{1,3}"$/.test(quoted);

/**
 * A message of GraphQL about a document or its variables, without the values that they have. They may be a key or a
 * buyer, and clients log what they are answered. Names of fields, arguments and types stay.
 */
export const withoutValues = (message: string): string =>
  valueForms
    .reduce((text, [form, instead]) => text.replace(form, instead), message)
    .replace(/"[^"]*"/g, (quoted) => (isName(quoted) ? quoted : '"…"'));
