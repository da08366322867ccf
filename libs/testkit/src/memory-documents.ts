/**
 * Documents, filters and updates as MongoDB understands them, as far as sync uses them. Unknown operators throw: a new
 * query must be implemented here before it counts as tested.
 */
export type Doc = Record<string, unknown>;

const isPlain = (value: unknown): value is Doc =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** A deep copy, which shares nothing mutable with the original. */
export const copyOf = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (!isPlain(value)) return value instanceof Date ? (new Date(value.getTime()) as T) : value;
  const copy: Doc = {};
  for (const name in value) if (value[name] !== undefined) copy[name] = copyOf(value[name]);
  return copy as T;
};

const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (a === undefined || a === null) return b === undefined || b === null;
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => isSame(each, b[index]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => isSame(a[name], b[name]));
};

const ranks = ['undefined', 'number', 'string', 'object', 'array', 'boolean', 'date'];
const kindOfValue = (value: unknown): string =>
  value === null || value === undefined
    ? 'undefined'
    : Array.isArray(value)
      ? 'array'
      : value instanceof Date
        ? 'date'
        : typeof value;
const weight = (value: unknown): number | string =>
  value instanceof Date ? value.getTime() : typeof value === 'string' ? value : Number(value ?? 0);

/** The sequence of values in a sort; kinds of values follow each other. */
const compare = (a: unknown, b: unknown): number => {
  const difference = ranks.indexOf(kindOfValue(a)) - ranks.indexOf(kindOfValue(b));
  if (difference !== 0) return difference;
  const [x, y] = [weight(a), weight(b)];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** The values at a path. Through an array these are the values of each element. */
const valuesAt = (from: unknown, path: string): unknown[] => {
  const dot = path.indexOf('.');
  const name = dot < 0 ? path : path.slice(0, dot);
  const value = isPlain(from) ? from[name] : undefined;
  if (dot < 0) return [value];
  const rest = path.slice(dot + 1);
  return Array.isArray(value) ? value.flatMap((each) => valuesAt(each, rest)) : valuesAt(value, rest);
};

/** The values, and the elements of those that are arrays: a condition holds if it holds for one of them. */
const candidates = (values: readonly unknown[]): unknown[] =>
  values.flatMap((value) => (Array.isArray(value) ? [value, ...(value as unknown[])] : [value]));

const unknownOperator = (name: string): never => {
  throw new Error(`The MongoDB in memory does not know ${name}`);
};

const holds = (values: readonly unknown[], operator: string, wanted: unknown): boolean => {
  const among = candidates(values);
  const comparable = (test: (difference: number) => boolean): boolean =>
    among.some((value) => kindOfValue(value) === kindOfValue(wanted) && test(compare(value, wanted)));
  switch (operator) {
    case '$eq':
      return among.some((value) => isSame(value, wanted));
    case '$ne':
      return !among.some((value) => isSame(value, wanted));
    case '$in':
      return (wanted as unknown[]).some((each) => among.some((value) => isSame(value, each)));
    case '$nin':
      return !(wanted as unknown[]).some((each) => among.some((value) => isSame(value, each)));
    case '$lt':
      return comparable((difference) => difference < 0);
    case '$lte':
      return comparable((difference) => difference <= 0);
    case '$gt':
      return comparable((difference) => difference > 0);
    case '$gte':
      return comparable((difference) => difference >= 0);
    case '$exists':
      return values.some((value) => value !== undefined) === wanted;
    case '$elemMatch':
      return values.some((value) => Array.isArray(value) && value.some((each) => meets([each], wanted as Doc)));
    case '$type':
      if (wanted !== 'date' && wanted !== 'string') return unknownOperator(`$type ${String(wanted)}`);
      return among.some((value) => kindOfValue(value) === wanted);
    default:
      return unknownOperator(operator);
  }
};

const meets = (values: readonly unknown[], condition: Doc): boolean => {
  for (const operator in condition) if (!holds(values, operator, condition[operator])) return false;
  return true;
};

const isCondition = (value: unknown): value is Doc => isPlain(value) && Object.keys(value)[0]?.startsWith('$') === true;

/** Whether a document matches a filter. */
export const matches = (document: unknown, filter: Doc): boolean => {
  for (const name in filter) {
    const wanted = filter[name];
    if (wanted === undefined) continue;
    if (name === '$and') {
      if (!(wanted as Doc[]).every((each) => matches(document, each))) return false;
    } else if (name === '$or') {
      if (!(wanted as Doc[]).some((each) => matches(document, each))) return false;
    } else if (name.startsWith('$')) return unknownOperator(name);
    else {
      const values = valuesAt(document, name);
      if (!(isCondition(wanted) ? meets(values, wanted) : holds(values, '$eq', wanted))) return false;
    }
  }
  return true;
};

const holderOf = (document: Doc, path: string): [Doc, string] => {
  const steps = path.split('.');
  const last = steps.pop() ?? path;
  let holder = document;
  for (const step of steps) holder = (holder[step] ??= {}) as Doc;
  return [holder, last];
};

const push = (present: unknown, given: unknown): unknown[] => {
  const before = (present as unknown[] | undefined) ?? [];
  if (!isCondition(given)) return [...before, copyOf(given)];
  for (const name in given) if (name !== '$each' && name !== '$slice') unknownOperator(name);
  const all = [...before, ...(copyOf(given.$each) as unknown[])];
  return given.$slice === undefined ? all : all.slice(given.$slice as number);
};

const addToSet = (present: unknown, given: unknown): unknown[] => {
  if (!isCondition(given)) return unknownOperator('$addToSet of one value');
  for (const name in given) if (name !== '$each') unknownOperator(name);
  const all = [...((present as unknown[] | undefined) ?? [])];
  for (const each of given.$each as unknown[]) if (!all.some((one) => isSame(one, each))) all.push(copyOf(each));
  return all;
};

const pull = (present: unknown, given: unknown): unknown =>
  Array.isArray(present)
    ? present.filter((each) => !(isPlain(given) && isPlain(each) ? matches(each, given) : isSame(each, given)))
    : present;

const applied = (operator: string, present: unknown, given: unknown): unknown => {
  switch (operator) {
    case '$set':
      return copyOf(given);
    case '$unset':
      return undefined;
    case '$inc':
      return Number(present ?? 0) + Number(given);
    case '$min':
      return present === undefined || compare(given, present) < 0 ? copyOf(given) : present;
    case '$max':
      return present === undefined || compare(given, present) > 0 ? copyOf(given) : present;
    case '$push':
      return push(present, given);
    case '$addToSet':
      return addToSet(present, given);
    case '$pull':
      return pull(present, given);
    default:
      return unknownOperator(operator);
  }
};

/** Changes a document in place; returns whether that made a difference. */
export const change = (document: Doc, update: Doc, inserts = false): boolean => {
  let isChanged = false;
  for (const operator in update) {
    if (operator === '$setOnInsert' && !inserts) continue;
    const fields = update[operator] as Doc;
    for (const path in fields) {
      if (fields[path] === undefined) continue;
      const [holder, name] = holderOf(document, path);
      const next = applied(operator === '$setOnInsert' ? '$set' : operator, holder[name], fields[path]);
      if (isSame(holder[name], next) && (holder[name] === undefined) === (next === undefined)) continue;
      isChanged = true;
      if (next === undefined) delete holder[name];
      else holder[name] = next;
    }
  }
  return isChanged;
};

/** The document that an upsert starts with: the fields that the filter fixes by equality. */
export const begunBy = (filter: Doc): Doc =>
  Object.fromEntries(Object.entries(filter).filter(([name, wanted]) => !name.startsWith('$') && !isCondition(wanted)));

export const sorted = (documents: readonly Doc[], by: Readonly<Record<string, 1 | -1>>): Doc[] =>
  [...documents].sort((a, b) => {
    for (const [name, direction] of Object.entries(by)) {
      const difference = compare(a[name], b[name]) * direction;
      if (difference !== 0) return difference;
    }
    return 0;
  });

export const projected = (document: Doc, projection: Readonly<Record<string, 0 | 1>> | undefined): Doc => {
  const copy = copyOf(document);
  if (!projection) return copy;
  const names = Object.keys(projection);
  const keeps = names.some((name) => projection[name] === 1);
  for (const name of Object.keys(copy))
    if (keeps ? name !== '_id' && projection[name] !== 1 : projection[name] === 0) delete copy[name];
  return copy;
};
