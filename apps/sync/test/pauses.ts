import { eventually } from '@boxlist/testkit';
import type { Context } from '../src/context';
import type { Stores } from '../src/stores';

type Pausable = Stores & Pick<Context, 'ledger'>;
type Asynchronous = (...args: never[]) => Promise<unknown>;
/** The functions of stores, as `<store>.<function>`. */
type Points = {
  [S in keyof Pausable as `${S}.${AsynchronousOf<Pausable[S]>}`]: Pausable[S];
};
type AsynchronousOf<S> = { [F in keyof S]: S[F] extends Asynchronous ? F : never }[keyof S] & string;
type Point = keyof Points;
type ArgumentsOf<P extends Point> = P extends `${string}.${infer F extends keyof Points[P] & string}`
  ? Points[P][F] extends (...args: infer A) => unknown
    ? A
    : never
  : never;

/**
 * Pauses one process at a function of a store, so that a test can act between two steps of it. Give `prepare` to the
 * process as an override.
 */
export const createPauses = () => {
  let context: Context | undefined;
  const opens = new Set<() => void>();
  const pause = (point: Point, isAfter: boolean, isMeant: (args: never) => boolean) => {
    const [storeName, name] = point.split('.') as [keyof Pausable, string];
    // The functions of a store differ in their types; this replaces one by a function of the same type.
    const store = context?.[storeName] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const act = store[name]!;
    let open: (() => void) | undefined;
    let isMet = false;
    const come = (): Promise<void> =>
      new Promise((resolve) => {
        open = resolve;
        opens.add(resolve);
      });
    // In the store itself: another store that uses it pauses too, as the erasure guard does.
    store[name] = async (...args) => {
      if (isMet || !isMeant(args as never)) return act(...args);
      isMet = true;
      if (!isAfter) await come();
      const answer = await act(...args);
      if (isAfter) await come();
      return answer;
    };
    return {
      /** Resolves once the process has come to that call. */
      reached: (): Promise<void> =>
        eventually(() => {
          if (!open) throw new Error(`no ${point} has come yet`);
        }),
      /** Lets the process continue. */
      open: (): void => open?.(),
    };
  };
  return {
    /** Lets every paused call continue, so that the process can close. */
    openAll: (): void => opens.forEach((open) => open()),
    prepare: (ctx: Context): void => void (context = ctx),
    /** Pauses the next such call before it begins. */
    before: <P extends Point>(point: P, isMeant: (args: ArgumentsOf<P>) => boolean = () => true) =>
      pause(point, false, isMeant),
    /** Pauses the next such call once it has its answer. */
    after: <P extends Point>(point: P, isMeant: (args: ArgumentsOf<P>) => boolean = () => true) =>
      pause(point, true, isMeant),
  };
};
