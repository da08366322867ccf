// Loaded into each process of sync: notes when a call to Constant Contact is made, and when it is written to its
// connection.
import { appendFileSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';

const file = process.env.CHAOS_SENDS_FILE;
const madeAt = new WeakMap();
const isApi = ({ path }) => typeof path === 'string' && path.startsWith('/v3/');

subscribe('undici:request:create', ({ request }) => {
  if (isApi(request)) madeAt.set(request, Date.now());
});
subscribe('undici:client:sendHeaders', ({ request }) => {
  if (file && isApi(request))
    appendFileSync(file, `${JSON.stringify({ made: madeAt.get(request), sent: Date.now(), path: request.path })}\n`);
});
