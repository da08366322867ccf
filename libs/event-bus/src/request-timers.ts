import kafkajs from 'kafkajs/package.json';
// @ts-expect-error -- kafkajs has no types of what it keeps to itself
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** What of kafkajs' queue of requests, one for each connection, is used here. */
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
  /** When the timer for requests without an answer goes off; absent while none is set. */
  timeoutCheckAt?: number | undefined;
}

type Send = (this: Queue, request: Request) => void;

interface QueueMethods {
  scheduleCheckPendingRequests: (this: Queue) => void;
  scheduleRequestTimeoutCheck: (this: Queue) => void;
  sendSocketRequest: Send;
  destroy: (this: Queue) => void;
}

/** Gives up requests that had no answer in time, and sets the timer for the next one that may be due. */
const checkTimeouts = (queue: Queue): void => {
  queue.timeoutCheckAt = undefined;
  const now = Date.now();
  for (const request of [...queue.inflight.values()])
    if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
  setTimeoutCheck(queue, queue.inflight.values());
};

const dueAtOf = ({ sentAt, requestTimeout }: Request): number => sentAt + requestTimeout;

/** Sees that the timer goes off when the first of some requests is due. It keeps no process alive: the socket does. */
const setTimeoutCheck = (queue: Queue, requests: Iterable<Request>): void => {
  const dueAt = Math.min(...[...requests].map(dueAtOf));
  if (!queue.enforceRequestTimeout || dueAt === Infinity || (queue.timeoutCheckAt ?? Infinity) <= dueAt) return;
  clearTimeout(queue.requestTimeoutIntervalId);
  queue.timeoutCheckAt = dueAt;
  queue.requestTimeoutIntervalId = setTimeout(() => checkTimeouts(queue), Math.max(dueAt - Date.now(), 0) + 1);
  queue.requestTimeoutIntervalId.unref();
};

/**
 * Lets a connection that has nothing to do sleep. kafkajs 2.2.4 sets a timer for waiting requests even when none waits,
 * with a time-out of minus the time of day, which Node makes 1 ms: each open connection wakes the process a thousand
 * times a second (upstream #1556, #1704, #1751). It also looks every 100 ms for requests without an answer, which is
 * here one timer for the request that is due first.
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

/** It changes methods of one version, and refuses any other: then look whether upstream has mended them. */
export const calmKafka = (version: string = kafkajs.version): void => {
  if (version !== '2.2.4') throw new Error(`kafkajs is ${version}, but Boxlist knows its timers for 2.2.4 only`);
  calm((RequestQueue as { prototype: QueueMethods }).prototype);
};
