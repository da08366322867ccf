import kafkajs from 'kafkajs/package.json';
// @ts-expect-error -- kafkajs has no types for its internals
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** The parts of kafkajs' request queue that are used here. Each connection has one queue. */
interface Request {
  readonly sentAt: number;
  readonly requestTimeout: number;
  readonly expectResponse: boolean;
  readonly timeoutRequest: () => void;
}

interface Queue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<number, Request>;
  readonly throttledUntil: number;
  readonly enforceRequestTimeout: boolean;
  readonly checkPendingRequests: () => void;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeoutIntervalId?: NodeJS.Timeout | undefined;
  /** When the timer for unanswered requests fires. Absent while none is set. */
  timeoutCheckAt?: number | undefined;
}

type Send = (this: Queue, request: Request) => void;

interface QueueMethods {
  scheduleCheckPendingRequests: (this: Queue) => void;
  scheduleRequestTimeoutCheck: (this: Queue) => void;
  sendSocketRequest: Send;
  destroy: (this: Queue) => void;
}

/** Times out requests without an answer, and sets the timer for the next one. */
const checkTimeouts = (queue: Queue): void => {
  queue.timeoutCheckAt = undefined;
  const now = Date.now();
  for (const request of [...queue.inflight.values()])
    if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
  setTimeoutCheck(queue, queue.inflight.values());
};

const dueAtOf = ({ sentAt, requestTimeout }: Request): number => sentAt + requestTimeout;

/**
 * Makes the timer fire when the first of these requests is due. The timer does not keep the process alive; the socket
 * does.
 */
const setTimeoutCheck = (queue: Queue, requests: Iterable<Request>): void => {
  const dueAt = Math.min(...[...requests].map(dueAtOf));
  if (!queue.enforceRequestTimeout || dueAt === Infinity || (queue.timeoutCheckAt ?? Infinity) <= dueAt) return;
  clearTimeout(queue.requestTimeoutIntervalId);
  queue.timeoutCheckAt = dueAt;
  queue.requestTimeoutIntervalId = setTimeout(() => checkTimeouts(queue), Math.max(dueAt - Date.now(), 0) + 1);
  queue.requestTimeoutIntervalId.unref();
};

/**
 * Lets an idle connection sleep. kafkajs 2.2.4 sets a timer for waiting requests even if none waits. Its delay is
 * negative (minus the time of day), which Node turns into 1 ms. So each open connection wakes the process a thousand
 * times a second (upstream #1556, #1704, #1751). kafkajs also checks every 100 ms for unanswered requests. Here one
 * timer, for the request that is due first, does that.
 */
const calm = (methods: QueueMethods): void => {
  const send = methods.sendSocketRequest;
  const destroy = methods.destroy;
  methods.scheduleCheckPendingRequests = function scheduleCheckPendingRequests() {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      Math.max(this.throttledUntil - Date.now(), 10),
    );
  };
  methods.scheduleRequestTimeoutCheck = function scheduleRequestTimeoutCheck() {
    setTimeoutCheck(this, this.inflight.values());
  };
  methods.sendSocketRequest = function sendSocketRequest(request) {
    send.call(this, request);
    if (request.expectResponse) setTimeoutCheck(this, [request]);
  };
  methods.destroy = function forget() {
    destroy.call(this);
    this.timeoutCheckAt = undefined;
  };
};

/**
 * Patches methods of kafkajs 2.2.4 and throws for any other version. Before an upgrade, check whether upstream has
 * fixed them.
 */
export const calmKafka = (version: string = kafkajs.version): void => {
  if (version !== '2.2.4') throw new Error(`kafkajs is ${version}, but Boxlist knows its timers for 2.2.4 only`);
  calm((RequestQueue as { prototype: QueueMethods }).prototype);
};
