/** Ids, cursors and addresses of a box office that another one tries to use. */
export interface Victim {
  readonly boxOfficeId: string;
  readonly connectionId: string;
  readonly workflowId: string;
  readonly deliveryId: string;
  readonly backfillId: string;
  readonly retryId: string;
  readonly deadLetterId: string;
  readonly subscriptionId: string;
  readonly listId: string;
  readonly tagId: string;
  readonly orderId: string;
  readonly eventId: string;
  readonly email: string;
  readonly cursors: readonly string[];
}

/**
 * What a place takes. `anyId` gets every id of the victim. `shared` names something that all box offices use, so the
 * victim's value is as good as any.
 */
type Kind = Exclude<keyof Victim, 'cursors'> | 'anyId' | 'cursor' | 'shared';

const deliveriesIn = (field: string): Record<string, Kind> => ({
  [`${field}(after)`]: 'cursor',
  [`${field}(before)`]: 'cursor',
  ...filterIn(`${field}(filter`),
});
const filterIn = (prefix: string): Record<string, Kind> => ({
  [`${prefix}.email)`]: 'email',
  [`${prefix}.eventId)`]: 'eventId',
  [`${prefix}.ids)`]: 'deliveryId',
  [`${prefix}.orderId)`]: 'orderId',
  [`${prefix}.workflowId)`]: 'workflowId',
});
const auditIn = (field: string): Record<string, Kind> => ({
  [`${field}(after)`]: 'cursor',
  [`${field}(filter.objectId)`]: 'workflowId',
});
const each = (fields: readonly string[], place: string, kind: Kind): Record<string, Kind> =>
  Object.fromEntries(fields.map((field) => [`${field}(${place})`, kind]));
const specIn = (field: string): Record<string, Kind> => ({
  [`${field}(input.connectionId)`]: 'connectionId',
  [`${field}(input.fieldMapping.customFieldId)`]: 'listId',
  [`${field}(input.filter.eventIds)`]: 'eventId',
  [`${field}(input.filter.eventSeriesIds)`]: 'eventId',
  [`${field}(input.filter.ticketTypeIds)`]: 'eventId',
  [`${field}(input.listIds)`]: 'listId',
  [`${field}(input.tagIds)`]: 'tagId',
});

/** What to probe each place of the graph with. Extend it with each new argument. */
export const probes: Readonly<Record<string, Kind>> = {
  'Query.node(id)': 'anyId',
  ...auditIn('BoxOffice.auditLog'),
  ...auditIn('BoxOffice.auditLogExport'),
  'BoxOffice.buyerErasure(email)': 'email',
  ...deliveriesIn('BoxOffice.deliveries'),
  ...deliveriesIn('Workflow.deliveries'),
  ...each(
    [
      'BoxOffice.deadLetters',
      'BoxOffice.invoices',
      'BoxOffice.notices',
      'BoxOffice.workflows',
      'Connection.contactLists',
      'Connection.customFields',
      'Connection.tags',
      'Workflow.versions',
    ],
    'after',
    'cursor',
  ),
  ...each(['BoxOffice.workflows', 'Workflow.versions'], 'before', 'cursor'),
  ...each(['Mutation.activateApp', 'Mutation.deactivateApp'], 'input.appId', 'shared'),
  ...each(
    [
      'Mutation.beginConnection',
      'Mutation.createContactList',
      'Mutation.createTag',
      'Mutation.disconnect',
      'Mutation.updateConnectionSettings',
    ],
    'input.connectionId',
    'connectionId',
  ),
  ...each(
    ['Mutation.cancelBackfill', 'Mutation.pauseBackfill', 'Mutation.resumeBackfill'],
    'input.backfillId',
    'backfillId',
  ),
  'Mutation.cancelRetry(input.retryId)': 'retryId',
  ...specIn('Mutation.createWorkflow'),
  'Mutation.createWorkflow(input.templateId)': 'shared',
  ...specIn('Mutation.updateWorkflow'),
  ...each(
    [
      'Mutation.deleteWorkflow',
      'Mutation.duplicateWorkflow',
      'Mutation.pauseWorkflow',
      'Mutation.resumeWorkflow',
      'Mutation.updateWorkflow',
    ],
    'input.id',
    'workflowId',
  ),
  ...each(
    ['Mutation.planBackfill', 'Mutation.previewWorkflow', 'Mutation.startBackfill'],
    'input.workflowId',
    'workflowId',
  ),
  ...each(['Mutation.discardDeadLetters', 'Mutation.replayDeadLetters'], 'input.ids', 'deadLetterId'),
  ...each(['Mutation.eraseBuyer', 'Mutation.exportBuyer'], 'input.email', 'email'),
  ...filterIn('Mutation.retryDeliveries(input.filter'),
};

/** The victim's values of a kind. */
export const valuesOf = (victim: Victim, kind: Kind): readonly string[] => {
  if (kind === 'cursor') return victim.cursors;
  if (kind === 'shared') return ['app_constant-contact'];
  if (kind !== 'anyId') return [victim[kind]];
  const { boxOfficeId, connectionId, workflowId, deliveryId, backfillId, retryId, deadLetterId, subscriptionId } =
    victim;
  return [boxOfficeId, connectionId, workflowId, deliveryId, backfillId, retryId, deadLetterId, subscriptionId];
};
