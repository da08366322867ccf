interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * A client that connects once, when first needed. After `forget` the next use connects a new client. Forget a client
 * that failed, because its connection may not recover by itself.
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
