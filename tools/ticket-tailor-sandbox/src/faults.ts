import { z } from 'zod';

export const faultSchema = z.strictObject({
  /**
   * `status` answers an error. `throttled` answers 429. `timeout` waits for `ms` and then ends the connection without
   * an answer. `drop` ends it at once. `malformed-body` answers unreadable JSON.
   */
  kind: z.enum(['status', 'throttled', 'timeout', 'drop', 'malformed-body']),
  /** The number of calls that the fault affects; null for all. */
  times: z.number().int().min(1).nullable().default(1),
  /** The number of calls before the first that the fault affects. */
  after: z.number().int().min(0).default(0),
  /** Only calls of this box office. */
  boxOffice: z.string().optional(),
  status: z.number().int().min(400).max(599).default(500),
  ms: z.number().int().min(0).max(60_000).default(1_000),
  retryAfterSeconds: z.number().int().min(0).default(1),
});
export type Fault = z.infer<typeof faultSchema>;

/** The requested faults. The first that matches a call affects it, and is used up after its number of times. */
export const createFaults = () => {
  let armed: Fault[] = [];
  return {
    add: (fault: Fault): void => void armed.push({ ...fault }),
    clear: (): void => void (armed = []),
    all: (): readonly Fault[] => armed,
    ofCall: (boxOffice: string | null): Fault | undefined => {
      for (const fault of armed) {
        if (fault.times === 0 || (fault.boxOffice !== undefined && fault.boxOffice !== boxOffice)) continue;
        if (fault.after > 0) {
          fault.after -= 1;
          continue;
        }
        if (fault.times !== null) fault.times -= 1;
        return fault;
      }
      return undefined;
    },
  };
};
