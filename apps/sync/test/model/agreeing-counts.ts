import type { Context } from '../../src/context';
import type { DeliveryStatus } from '../../src/domain/reasons';
import type { DeliveryChoice } from '../../src/domain/delivery-choice';
import { countBacklog, countDeliveries } from '../../src/use-cases/history/count-deliveries';
import { keptDeliveries, type Rest } from './at-rest-state';
import { offices } from './history';
import { boxOfficeOf, workflowOf } from './published-orders';

const open: readonly DeliveryStatus[] = ['PENDING', 'WAITING'];

/**
 * Compares the numbers that a box office sees with a plain count. Asks one process for them, once everything has
 * settled.
 */
export const judgeCounts = async ({ mongo, problem }: Pick<Rest, 'mongo' | 'problem'>, ctx: Context): Promise<void> => {
  const judge = async (boxOfficeId: string, choice: DeliveryChoice): Promise<void> => {
    const { statuses, reasons, workflowId } = choice;
    const { count, isExact } = await countDeliveries(ctx, boxOfficeId, choice);
    const plain = keptDeliveries(mongo).filter(
      (each) =>
        each.boxOfficeId === boxOfficeId &&
        (!statuses || statuses.includes(each.status)) &&
        (!reasons || reasons.includes(each.reason ?? '')) &&
        (!workflowId || each.workflowId === workflowId),
    ).length;
    if (count !== plain || !isExact)
      problem(`3: ${boxOfficeId} is shown ${count} deliveries of ${JSON.stringify(choice)}, and there are ${plain}`);
  };
  await Promise.all(
    offices.flatMap((office) => {
      const boxOfficeId = boxOfficeOf(office);
      return [
        judge(boxOfficeId, {}),
        judge(boxOfficeId, { statuses: open }),
        judge(boxOfficeId, { workflowId: workflowOf(office, 0), statuses: ['SYNCED', 'SKIPPED'] }),
        judge(boxOfficeId, { reasons: ['NOT_OPTED_IN', 'NO_EMAIL', 'ORDER_CANCELLED'] }),
        // No counter holds these numbers.
        judge(boxOfficeId, { reasons: ['ORDER_PENDING', 'NOT_OPTED_IN'] }),
        judge(boxOfficeId, { workflowId: workflowOf(office === 0 ? 1 : 0, 0) }),
        countBacklog(ctx, boxOfficeId).then(({ pending, waiting }) => {
          const ours = keptDeliveries(mongo).filter((each) => each.boxOfficeId === boxOfficeId);
          const plain = open.map((status) => ours.filter((each) => each.status === status).length);
          if (String([pending, waiting]) !== String(plain))
            problem(`3: ${boxOfficeId} is shown a backlog of ${pending} and ${waiting}, and it is ${String(plain)}`);
        }),
      ];
    }),
  );
};
