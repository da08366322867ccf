// The health check of every image: `node health.mjs <port>`. The one place that knows the address.
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/health/live`, { signal: AbortSignal.timeout(4_000) });
process.exit(answer.ok ? 0 : 1);
