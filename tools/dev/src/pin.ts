import { workspaceRoot } from '@boxlist/testkit';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withPins, type Pinned } from './pins';

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' }).trim();

/** Asks the registry of images, or the repository of an action, for what the tag means now. */
const digestOf = ({ kind, name, tag }: Pinned): string => {
  if (kind === 'image')
    return run('docker', 'buildx', 'imagetools', 'inspect', `${name}:${tag}`, '--format', '{{.Manifest.Digest}}');
  const [owner = '', repository = ''] = name.split('/');
  const lines = run('git', 'ls-remote', '--tags', `https://github.com/${owner}/${repository}`, `${tag}*`).split('\n');
  const commitOf = (ref: string): string | undefined =>
    lines.find((line) => line.endsWith(`\trefs/tags/${ref}`))?.split('\t')[0];
  // An annotated tag is an object of its own; ^{} is the commit that it names.
  const commit = commitOf(`${tag}^{}`) ?? commitOf(tag);
  if (!commit) throw new Error(`${name} has no tag ${tag}`);
  return commit;
};

/** Writes the digest of each image and action beside its tag. Needs the internet, git and Docker. */
const main = (): void => {
  const root = workspaceRoot();
  const workflows = readdirSync(join(root, '.github/workflows')).map((file) => `.github/workflows/${file}`);
  for (const file of ['Dockerfile', 'docker-compose.yml', ...workflows]) {
    const before = readFileSync(join(root, file), 'utf8');
    const after = withPins(before, digestOf);
    if (after !== before) writeFileSync(join(root, file), after);
    console.log(`${file}: ${after === before ? 'unchanged' : 'renewed'}`);
  }
};

main();
