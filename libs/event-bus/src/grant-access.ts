import type { KafkaRule } from '@boxlist/contracts';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes, type AclEntry } from 'kafkajs';
import type { EventBusOptions } from './event-bus';
import { kafkaOf } from './kafka-client';
import { kafkaFailure } from './kafka-failure';

const entryOf = ({ principal, resource, name, operation }: KafkaRule): AclEntry => ({
  principal,
  host: '*',
  operation: AclOperationTypes[operation],
  permissionType: AclPermissionTypes.ALLOW,
  resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
  resourceName: name,
  resourcePatternType: ResourcePatternTypes.LITERAL,
});

/**
 * Adds rules to the brokers' access control list, as a user who may alter it. Adding a rule again changes nothing, and
 * no rule is removed. Throws like `EventBus.check`.
 */
export const grantAccess = async (
  options: Pick<EventBusOptions, 'brokers' | 'security' | 'clientId' | 'log'>,
  rules: readonly KafkaRule[],
): Promise<void> => {
  const admin = kafkaOf(options).admin({ retry: { retries: 5 } });
  try {
    await admin.connect();
    await admin.createAcls({ acl: rules.map(entryOf) });
  } catch (error) {
    throw kafkaFailure(error);
  } finally {
    await admin.disconnect();
  }
};
