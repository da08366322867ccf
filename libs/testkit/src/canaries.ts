/** A text that must not be found outside of the places where it belongs. */
export interface Canary {
  /** What it is, for the report: the report never repeats a token or a key. */
  readonly what: string;
  readonly value: string;
  /** Whether topics that carry orders by contract may hold it. With `must`, one of them has to. */
  readonly inOrders?: 'may' | 'must';
}

/** A place that was read, such as a log file or a topic. */
export interface Place {
  readonly name: string;
  readonly texts: readonly string[];
  /** Whether the place carries orders with their buyers by contract. */
  readonly carriesOrders?: boolean;
}

/** A canary in one of its forms: as it is, in a URL, in JSON, in base64 or in hex. */
const formsOf = (value: string): string[] => {
  const base64 = [0, 1, 2].map((shift) => {
    // The first and the last characters of base64 depend on what stands beside the value.
    const encoded = Buffer.from(`${'x'.repeat(shift)}${value}`)
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(shift === 0 ? 0 : 4, -2);
  });
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    ...base64
      .filter((each) => each.length >= 10)
      .flatMap((each) => [each, each.replaceAll('+', '-').replaceAll('/', '_')]),
    Buffer.from(value).toString('hex'),
  ];
};

/** What is a person's or secret by its form, whoever made it. */
const patterns: readonly (readonly [what: string, form: RegExp, mayBeInOrders: boolean])[] = [
  ['an e-mail address', /[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}\b/i, true],
  ['a signed token', /\beyJ[\w-]{10,}\.[\w-]{10,}/, false],
  ['a bearer', /\bbearer [\w.-]{16,}/i, false],
];

/** Shortened, and as far as possible without the canary itself. */
const around = (text: string, at: number): string =>
  text
    .slice(Math.max(0, at - 60), at)
    .replace(/\s+/g, ' ')
    .trim();

/**
 * Where canaries, and texts in the form of a person's address or a token, are although they do not belong there. Also
 * reports what makes the scan worthless: a place that is empty, and a canary of an order that no topic of orders holds.
 */
export const findLeaks = (canaries: readonly Canary[], places: readonly Place[]): string[] => {
  const problems: string[] = [];
  const lower = places.map((place) => ({ ...place, text: place.texts.join('\n').toLowerCase() }));
  const forms = canaries.map((canary) => ({
    ...canary,
    forms: formsOf(canary.value).map((form) => form.toLowerCase()),
  }));
  for (const { name, text, texts, carriesOrders = false } of lower) {
    if (text === '') problems.push(`${name}: empty, so it was not scanned`);
    for (const { what, forms: each, inOrders } of forms) {
      if (inOrders && carriesOrders) continue;
      const found = each.map((form) => text.indexOf(form)).find((at) => at >= 0);
      if (found !== undefined) problems.push(`${name}: holds ${what}, after "${around(text, found)}"`);
    }
    for (const [what, form, mayBeInOrders] of patterns) {
      if (mayBeInOrders && carriesOrders) continue;
      const all = texts.join('\n');
      const at = all.search(form);
      if (at >= 0) problems.push(`${name}: holds ${what}, after "${around(all, at)}"`);
    }
  }
  const orders = lower.filter(({ carriesOrders }) => carriesOrders).map(({ text }) => text);
  for (const { what, value, inOrders } of canaries)
    if (inOrders === 'must' && !orders.some((text) => text.includes(value.toLowerCase())))
      problems.push(`orders: ${what} is not there, so the scan may look at the wrong topics`);
  if (!canaries.some(({ inOrders }) => inOrders === 'must')) problems.push('orders: no canary was produced');
  return problems;
};
