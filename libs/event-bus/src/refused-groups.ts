// @ts-expect-error -- kafkajs has no types for its internals
import Broker from 'kafkajs/src/broker/index.js';

/** The part of kafkajs' broker that is used here. */
interface KafkaBroker {
  findGroupCoordinator: (this: KafkaBroker, of: { readonly groupId: string }) => Promise<unknown>;
}

const refusals = new Map<string, unknown>();

/**
 * Remembers which groups brokers refuse. kafkajs swallows that error and reports that the group has no coordinator,
 * which is what it also reports while a broker starts.
 */
export const rememberRefusedGroups = (): void => {
  const { prototype } = Broker as { prototype: KafkaBroker };
  const { findGroupCoordinator } = prototype;
  prototype.findGroupCoordinator = async function (of) {
    try {
      const found: unknown = await findGroupCoordinator.call(this, of);
      refusals.delete(of.groupId);
      return found;
    } catch (error) {
      refusals.set(of.groupId, error);
      throw error;
    }
  };
};

/** The error with which a broker last refused to name the coordinator of a group, if it did. */
export const groupRefusal = (groupId: string): unknown => refusals.get(groupId);
