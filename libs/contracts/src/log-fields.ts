/**
 * What a field of a log line may hold. `safeText` is a text of a library or of Boxlist, which the log cuts off where
 * data may begin.
 */
type FieldKind = 'id' | 'word' | 'number' | 'flag' | 'time' | 'address' | 'safeText' | 'error';

interface ValueOf {
  readonly id: string;
  readonly word: string;
  readonly number: number;
  readonly flag: boolean;
  readonly time: Date | string;
  readonly address: string;
  readonly safeText: string;
  readonly error: unknown;
}

/**
 * Every field that a log line may have. The log drops a field that is not here, and a value that has not the form of
 * its kind. Never add a field for a token, a key, a state, a ticket, a person, or a text that a person typed.
 */
export const logFields = {
  err: 'error',
  attempt: 'number',
  backfillId: 'id',
  boxOfficeId: 'id',
  bytes: 'number',
  /** An error code. OAuth's `code` does not have the form of a word in capitals, so the log removes it. */
  code: 'word',
  amountMinor: 'number',
  connectionId: 'id',
  count: 'number',
  currency: 'word',
  deadLettered: 'number',
  deliveries: 'number',
  deliveryId: 'id',
  eventId: 'id',
  firstOffset: 'id',
  /** A field of the schema. The path of an answer has the client's own words for it. */
  graphField: 'word',
  groupId: 'id',
  invoiceId: 'id',
  kept: 'number',
  key: 'id',
  kind: 'word',
  lastOffset: 'id',
  limit: 'number',
  matched: 'number',
  month: 'id',
  namespace: 'word',
  noticeLevel: 'number',
  number: 'id',
  optInRoute: 'word',
  orderId: 'id',
  orders: 'number',
  partition: 'number',
  reason: 'safeText',
  requestId: 'id',
  requeued: 'number',
  result: 'word',
  retryId: 'id',
  role: 'word',
  route: 'word',
  sha256: 'id',
  since: 'time',
  status: 'word',
  subgraph: 'word',
  subscriptionId: 'id',
  taken: 'number',
  topic: 'word',
  upgradesImported: 'flag',
  url: 'address',
  version: 'number',
  whenQuotaIsScarce: 'word',
  workflowId: 'id',
} as const satisfies Record<string, FieldKind>;

export type LogField = keyof typeof logFields;

/** The fields of one log line. */
export type LogFields = {
  readonly [F in LogField]?: ValueOf[(typeof logFields)[F]] | null | undefined;
};
