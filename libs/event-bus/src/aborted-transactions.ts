import { isControl, isTransactional, lastOffsetOf, type BatchHeader, type KafkaRecord } from './records';

/** A transaction that, according to the broker, was aborted. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: bigint;
}

/** The type of a control record, which follows its version. */
const abortType = 0;

/**
 * Finds the batches of aborted transactions, like the Java client. A broker may list transactions by their ends, and
 * several may have started before the first batch of an answer. Every transaction that started before the end of a
 * batch is open at that batch. It ends with the control record of its producer. Expects batches by ascending offset.
 */
export const followAborted = (transactions: readonly AbortedTransaction[]) => {
  const ahead = transactions.toSorted((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const open = new Set<string>();
  return {
    /** Whether an aborted transaction is open at an offset, so that the batch there may be the one that ends it. */
    isAnyOpenBy: (offset: bigint): boolean => open.size > 0 || ahead.some(({ firstOffset }) => firstOffset <= offset),
    /** Whether consumers must not see the records of a batch. */
    isAborted: (header: BatchHeader): boolean => {
      for (let [next] = ahead; next && next.firstOffset <= lastOffsetOf(header); [next] = ahead) {
        open.add(next.producerId);
        ahead.shift();
      }
      return isTransactional(header) && !isControl(header) && open.has(header.producerId);
    },
    /** Records the end of a transaction if the batch that was just read is its control record. */
    pass: (header: BatchHeader, [first]: readonly KafkaRecord[]): void => {
      const key = first?.key;
      if (isControl(header) && key && key.length >= 4 && key.readInt16BE(2) === abortType)
        open.delete(header.producerId);
    },
  };
};
