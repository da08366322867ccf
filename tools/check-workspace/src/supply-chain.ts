/** One package in the lock file. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

/** Licences that let Boxlist use and ship a package. */
const allowedLicences = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'Python-2.0'],
]);
/** Packages whose licence is not on the list. Elastic-2.0 forbids to offer Apollo's gateway itself as a service. */
const judged: Readonly<Record<string, string>> = {
  '@apollo/composition': 'Elastic-2.0',
  '@apollo/federation-internals': 'Elastic-2.0',
  '@apollo/gateway': 'Elastic-2.0',
  '@apollo/query-graphs': 'Elastic-2.0',
  '@apollo/query-planner': 'Elastic-2.0',
  // Data of browsers, for tests and builds only.
  'caniuse-lite': 'CC-BY-4.0',
};

const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? path;

/** Whether an SPDX expression can be met by allowed licences: each part of an AND, one part of an OR. */
const isAllowed = (expression: string): boolean =>
  expression
    .replace(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((licence) => allowedLicences.has(licence.trim())));

const externalOf = ({ packages }: Lock): [string, Locked][] =>
  Object.entries(packages).filter(([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle);

/** Packages that npm would install without knowing what it gets, on any platform. */
export const integrityProblems = (lock: Lock): string[] =>
  externalOf(lock).flatMap(([path, { version, integrity = '', resolved, optionalDependencies = {} }]) => [
    ...(version && /^\d+\.\d+\.\d+/.test(version) ? [] : [`${path}: has no exact version`]),
    ...(integrity.startsWith('sha512-') ? [] : [`${path}: has no sha512 integrity`]),
    ...(resolved === undefined ? [] : [`${path}: names the place that it came from`]),
    // npm forgets packages of other platforms when it writes the file from an installed tree.
    ...Object.keys(optionalDependencies)
      .filter((name) => !Object.keys(lock.packages).some((each) => nameOf(each) === name))
      .map((name) => `${path}: its optional ${name} is not in the lock file`),
  ]);

/** Packages whose licence nobody has allowed. */
export const licenceProblems = (lock: Lock): string[] =>
  externalOf(lock).flatMap(([path, { license = 'no licence' }]) =>
    isAllowed(license) || judged[nameOf(path)] === license ? [] : [`${path}: ${license} is not an allowed licence`],
  );

const exact = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Dependencies of a package.json in a range of versions. Our own packages are `*`: npm links them. */
export const pinProblems = (file: string, manifest: Manifest): string[] =>
  Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }).flatMap(
    ([name, version]) => {
      const isOurs = name.startsWith('@boxlist/');
      if (isOurs ? version === '*' : exact.test(version)) return [];
      return [`${file}: ${name} ${version} is not ${isOurs ? '*' : 'an exact version'}`];
    },
  );

/** Images and actions that a name alone chooses: whoever owns the name could change what runs. */
export const digestProblems = (file: string, text: string): string[] =>
  text.split('\n').flatMap((line, index) => {
    const image = /^\s*(?:FROM|-?\s*image:)\s+['"]?([^\s'"#]+)/.exec(line)?.[1];
    const action = /^\s*-?\s*uses:\s+['"]?([^\s'"#]+)/.exec(line)?.[1];
    const at = `${file}:${index + 1}`;
    if (image && !/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/.test(image)) return [`${at}: ${image} has no digest`];
    if (action && !action.startsWith('./') && !/@[0-9a-f]{40}$/.test(action)) return [`${at}: ${action} has no digest`];
    return [];
  });
