import { expect, it } from '@jest/globals';
import { pinsIn, withPins } from './pins';

const [old, sha] = ['0'.repeat(64), '1'.repeat(64)];
const [oldCommit, commit] = ['0'.repeat(40), '1'.repeat(40)];
const digestOf = ({ kind }: { kind: string }): string => (kind === 'image' ? `sha256:${sha}` : commit);

it.each([
  ['FROM node:24-slim AS build', `FROM node:24-slim@sha256:${sha} AS build`],
  [`FROM node:24-slim@sha256:${old}`, `FROM node:24-slim@sha256:${sha}`],
  ['    image: apache/kafka:4.1.0', `    image: apache/kafka:4.1.0@sha256:${sha}`],
  ['- uses: actions/checkout@v4.2.2', `- uses: actions/checkout@${commit} # v4.2.2`],
  [`- uses: actions/checkout@${oldCommit} # v4.2.2`, `- uses: actions/checkout@${commit} # v4.2.2`],
  ['COPY --from=build /work ./', 'COPY --from=build /work ./'],
])('renews the pin of %s', (line, expected) => {
  expect(withPins(line, digestOf)).toBe(expected);
  expect(withPins(expected, digestOf)).toBe(expected);
  expect(pinsIn(line)).toHaveLength(expected === line ? 0 : 1);
});
