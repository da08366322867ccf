import { contentSecurityPolicy } from '@boxlist/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const { resolve } = createRequire(__filename);

const fileOf = (manifest: string, path: string): string => readFileSync(join(dirname(resolve(manifest)), path), 'utf8');

/** Starts GraphiQL on the page. It keeps no headers in the browser, because they hold the caller's token. */
const start = `
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: location.pathname }),
    defaultHeaders: '{ "authorization": "Bearer …" }',
    shouldPersistHeaders: false,
  }),
);
`;

const script = (): string =>
  [
    fileOf('react/package.json', 'umd/react.production.min.js'),
    fileOf('react-dom/package.json', 'umd/react-dom.production.min.js'),
    fileOf('graphiql/package.json', 'graphiql.min.js'),
    start,
  ].join('\n');

/** Without its fonts, which are four fifths of it: the browser's own do. */
const style = (): string =>
  `${fileOf('graphiql/package.json', 'graphiql.min.css').replace(/@font-face\s*\{[^}]*\}/g, '')}
body { margin: 0 } #graphiql { height: 100dvh }`;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

const assetOf = async (text: string, extension: 'js' | 'css'): Promise<Asset> => ({
  path: `explorer/${hashOf(text)}.${extension}`,
  type: extension === 'js' ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8',
  br: await promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: await promisify(gzip)(text),
});

const pageOf = (assets: readonly Asset[]): string => {
  const [js = '', css = ''] = assets.map(({ path }) => path);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Boxlist graph</title>
    <link rel="stylesheet" href="${css}" />
  </head>
  <body>
    <div id="graphiql"></div>
    <script src="${js}"></script>
  </body>
</html>
`;
};

/** GraphiQL sets styles while it runs. Everything else comes from this server. */
const policy = contentSecurityPolicy({
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
});

const accepts = (header: string, coding: string): boolean =>
  header.split(',').some((part) => new RegExp(`^\\s*${coding}\\s*(;\\s*q=(1|0\\.\\d*[1-9]).*)?$`).test(part));

/** Sends an asset in a coding that the browser knows. All browsers know gzip, so there is no plain one. */
const sendAsset = (request: FastifyRequest, reply: FastifyReply, asset: Asset) => {
  const known = String(request.headers['accept-encoding'] ?? '');
  const coding = (['br', 'gzip'] as const).find((each) => accepts(known, each));
  void reply.header('vary', 'accept-encoding');
  if (!coding) return reply.status(406).send({ code: 'BAD_INPUT', message: 'This file comes with br or gzip only.' });
  return reply
    .headers({ 'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': coding })
    .type(asset.type)
    .send(asset[coding]);
};

/** A door that sends the explorer page. */
export type SendExplorer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/**
 * Adds the files of the explorer, GraphiQL, under addresses that change with their content, and returns the door of its
 * page. They are read and compressed once, when the first visitor asks.
 */
export const mountExplorer = (app: FastifyInstance): SendExplorer => {
  let loading: Promise<readonly Asset[]> | undefined;
  const load = () => (loading ??= Promise.all([assetOf(script(), 'js'), assetOf(style(), 'css')]));
  app.get('/explorer/:file', async (request, reply) => {
    const { file } = request.params as { file: string };
    const asset = (await load()).find(({ path }) => path === `explorer/${file}`);
    return asset ? sendAsset(request, reply, asset) : reply.callNotFound();
  });
  return async (request, reply) => {
    const page = pageOf(await load());
    const etag = `"${hashOf(page)}"`;
    void reply.headers({
      etag,
      vary: 'accept',
      'cache-control': 'public, max-age=300',
      'content-security-policy': policy,
    });
    return request.headers['if-none-match'] === etag
      ? reply.status(304).send()
      : reply.type('text/html; charset=utf-8').send(page);
  };
};
