interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * A client that connects when first needed, once, and anew after it was forgotten: one that has failed is not used
 * again, its connection may not come back by itself.
 */
export const lazyClient = <C extends Client>(create: () => C) => {
  let client: Promise<C> | undefined;
  return {
    connected: (): Promise<C> =>
      (client ??= (async () => {
        const fresh = create();
        await fresh.connect();
        return fresh;
      })()),
    forget: async (): Promise<void> => {
      const old = client;
      client = undefined;
      await old?.then((each) => each.disconnect()).catch(() => undefined);
    },
  };
};
