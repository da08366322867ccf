import { AppError } from '@boxlist/contracts';
import { expect, it } from '@jest/globals';
import { createHttp, createLog, listen } from '../src';

const fine = async (): Promise<void> => undefined;
const failing = async (): Promise<void> => {
  throw new AppError('KAFKA_UNAVAILABLE', 'Kafka did not answer');
};
const readinessOf = async (health: object, reported: object) => {
  const app = createHttp({
    log: createLog('test', 'silent'),
    health: { ...health },
    reported: { ...reported },
  });
  const response = await fetch(`${await listen(app, '127.0.0.1', 0)}/health/ready`);
  const body = (await response.json()) as object;
  await app.close();
  return { status: response.status, ...body };
};

// Every check decided readiness, so an outage of Kafka also stopped services that only read.
it('is ready while every deciding check succeeds, and reports the other failures', async () => {
  expect(await readinessOf({ mongodb: fine }, { kafka: failing, events: fine })).toEqual({
    status: 200,
    ready: true,
    degraded: ['kafka'],
    checks: { mongodb: 'ok', kafka: 'KAFKA_UNAVAILABLE', events: 'ok' },
  });
  expect(await readinessOf({ mongodb: failing }, { kafka: fine })).toEqual({
    status: 503,
    ready: false,
    checks: { mongodb: 'KAFKA_UNAVAILABLE', kafka: 'ok' },
  });
});
