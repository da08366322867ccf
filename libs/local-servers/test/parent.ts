import { startMongo } from '../src/mongo';

/** A command that starts a server, and that a test then kills. */
const main = async (): Promise<void> => {
  const mongo = await startMongo({ dataDir: process.argv[2] ?? '' });
  process.stdout.write(`${JSON.stringify({ uri: mongo.uri, pid: mongo.pid })}\n`);
  setInterval(() => undefined, 60_000);
};

void main();
