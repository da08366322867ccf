import { formatFiles, generateFiles, logger, names, readJson, type Tree } from '@nx/devkit';
import { join } from 'node:path';

export interface ServiceOptions {
  /** Kebab case. */
  readonly name: string;
  readonly port?: number;
  /** One sentence. */
  readonly purpose?: string;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Packages of the new service. Their versions are those of a service that exists, so that all services share them. */
const modelled = 'apps/billing/package.json';

/**
 * Lays out `apps/<name>` with the doors of every service: settings, platform, subgraph, report, README and a test.
 * Throws if the folder exists. Returns a function that prints what is still to be done by hand.
 */
export default async function service(
  tree: Tree,
  { name, port = 4109, purpose = 'Says here in one sentence what it does.' }: ServiceOptions,
): Promise<() => void> {
  const folder = `apps/${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already`);
  const { dependencies, devDependencies } = readJson<Manifest>(tree, modelled);
  const versions = { ...dependencies, ...devDependencies };
  const { className, propertyName, constantName } = names(name);
  generateFiles(tree, join(import.meta.dirname, 'files/service'), folder, {
    name,
    className,
    propertyName,
    constantName,
    port,
    purpose,
    versionOf: (dependency: string) => versions[dependency] ?? '*',
    tmpl: '',
  });
  await formatFiles(tree);
  return () => {
    logger.info(`
${folder} has the doors of a service. Next:
  1. npx npm@10.9.2 install; npx nx sync; npm run generate (its types, the supergraph and the docs).
  2. Name it in the gateway: ${constantName}_URL in apps/gateway/src/config.ts and the routes in service.ts.
  3. Start it with the others: libs/testkit/src/stack.ts and docker-compose.yml.
  4. Say in ${folder}/README.md what it owns, and put its rules into src/domain.`);
  };
}
