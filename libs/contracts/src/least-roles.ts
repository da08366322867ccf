export const roles = ['viewer', 'manager', 'owner'] as const;
/** owner: everything. manager: everything but billing and erasure. viewer: only reads. */
export type Role = (typeof roles)[number];

/** Roles by `Type.field`. */
export type LeastRoles = Readonly<Record<string, Role>>;

/**
 * The least role for each mutation, and for each other field that not every role may read. All other fields are for
 * every role. A subgraph does not start with a mutation that is not listed.
 */
export const leastRoles: LeastRoles = {
  'BoxOffice.auditLog': 'owner',
  'BoxOffice.auditLogExport': 'owner',
  'BoxOffice.buyerErasure': 'owner',
  'Mutation.activateApp': 'owner',
  'Mutation.beginConnection': 'manager',
  'Mutation.cancelBackfill': 'manager',
  'Mutation.cancelRetry': 'manager',
  'Mutation.completeConnection': 'manager',
  'Mutation.createContactList': 'manager',
  'Mutation.createTag': 'manager',
  'Mutation.createWorkflow': 'manager',
  'Mutation.deactivateApp': 'owner',
  'Mutation.deleteWorkflow': 'manager',
  'Mutation.discardDeadLetters': 'manager',
  'Mutation.disconnect': 'manager',
  'Mutation.duplicateWorkflow': 'manager',
  'Mutation.eraseBuyer': 'owner',
  'Mutation.exportBuyer': 'manager',
  'Mutation.pauseBackfill': 'manager',
  'Mutation.pauseWorkflow': 'manager',
  'Mutation.planBackfill': 'manager',
  'Mutation.previewWorkflow': 'manager',
  'Mutation.removeTicketTailorApiKey': 'manager',
  'Mutation.replayDeadLetters': 'manager',
  'Mutation.resumeBackfill': 'manager',
  'Mutation.resumeWorkflow': 'manager',
  'Mutation.retryDeliveries': 'manager',
  'Mutation.setTicketTailorApiKey': 'manager',
  'Mutation.startBackfill': 'manager',
  'Mutation.updateConnectionSettings': 'manager',
  'Mutation.updateWorkflow': 'manager',
};
