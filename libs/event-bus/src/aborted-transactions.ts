import { isControl, isTransactional, lastOffsetOf, type BatchHeader, type KafkaRecord } from './records';

/** A transaction of which a broker says that it was aborted. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: bigint;
}

/** The type of a control record, behind its version. */
const abortType = 0;

/**
 * Tells which batches were written by aborted transactions, as the Java client does. A broker may list transactions by
 * their ends, and several may have begun before the first batch of an answer: those that have begun before the end of a
 * batch are all open by then, and each ends with the control record of its producer. Wants batches in order.
 */
export const followAborted = (transactions: readonly AbortedTransaction[]) => {
  const ahead = transactions.toSorted((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const open = new Set<string>();
  return {
    /** Whether an aborted transaction is open by an offset, so that the batch there may have ended it. */
    isAnyOpenBy: (offset: bigint): boolean => open.size > 0 || ahead.some(({ firstOffset }) => firstOffset <= offset),
    /** Whether nobody is to see the records of a batch. */
    isAborted: (header: BatchHeader): boolean => {
      for (let [next] = ahead; next && next.firstOffset <= lastOffsetOf(header); [next] = ahead) {
        open.add(next.producerId);
        ahead.shift();
      }
      return isTransactional(header) && !isControl(header) && open.has(header.producerId);
    },
    /** Takes note of what a batch holds that was read. */
    pass: (header: BatchHeader, [first]: readonly KafkaRecord[]): void => {
      const key = first?.key;
      if (isControl(header) && key && key.length >= 4 && key.readInt16BE(2) === abortType)
        open.delete(header.producerId);
    },
  };
};
