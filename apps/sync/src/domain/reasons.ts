/** Every way a delivery can stand or end, with the sentence a person reads. */
export const reasons = {
  SYNCED: 'The contact is as the workflow says.',
  SYNCED_WITHOUT_PERMISSION:
    'The contact is as the workflow says, but has no permission for marketing e-mail. Set it on its page at Constant Contact.',
  RESUBSCRIBE_EMAIL_SENT: 'Constant Contact has asked the buyer by e-mail whether they want to subscribe again.',
  TAKEN_BACK: 'The order was cancelled, and what the workflow had given for it was taken back.',
  NOT_OPTED_IN: 'The buyer did not opt in to marketing e-mail.',
  NOT_ASKED: 'The buyer was not asked whether they want marketing e-mail.',
  NOT_A_CONTACT: 'The buyer is not a contact, and this workflow neither creates nor restores contacts.',
  UNSUBSCRIBED: 'The buyer has unsubscribed at Constant Contact and stays so.',
  ON_HOLD: 'Constant Contact holds this contact back for now.',
  CONTACT_DELETED:
    'The contact was deleted at Constant Contact after the buyer opted in. A newer order with an opt-in restores it; or restore it there, then retry.',
  FILTERED_OUT: "The order is outside of the workflow's filter.",
  SUBSCRIPTION_INACTIVE: 'The add-on was not active.',
  WORKFLOW_PAUSED: 'The workflow was paused.',
  WORKFLOW_RESUME: 'Waits until the workflow is resumed.',
  WORKFLOW_DELETED: 'The workflow was deleted.',
  CONNECTION_DISCONNECTED: 'The connection to Constant Contact was ended.',
  NO_EMAIL: 'The order has no e-mail address.',
  EMAIL_INVALID:
    'No mailbox can have the e-mail address of the order. Correct it at Ticket Tailor: the change comes through by itself.',
  EMAIL_TOO_LONG: 'The e-mail address is longer than the 80 characters that Constant Contact takes.',
  BUYER_ERASED: 'The data of the buyer was erased, and nothing is done for them any more.',
  ORDER_EXPIRED: 'The order is older than history is kept, and nothing is done for it any more.',
  ORDER_CANCELLED: 'The order was cancelled before it was synchronised.',
  REJECTED_BY_CONSTANT_CONTACT: 'Constant Contact refused the data. Correct it there or here, then retry.',
  GAVE_UP: 'Constant Contact could not be reached for days. Retry when it works again.',
  ORDER_PENDING: 'The order is not completed yet.',
  CONNECTION_NEEDS_RECONNECT: 'Waits for a new sign-in to Constant Contact.',
  QUOTA_EXCEEDED: "Waits for the next day: the application's calls of today are used up.",
  BACKFILL_PAUSED: 'Waits until the backfill is resumed.',
  BACKFILL_CANCELLED: 'The backfill was cancelled before it came to this order.',
  RETRYING: 'Waits for the next try.',
  ACTIVITY_RUNNING: 'Waits until Constant Contact has worked it off.',
} as const;

export type ReasonCode = keyof typeof reasons;
/** How a delivery ends that was done. */
export type DoneReason = Extract<ReasonCode, 'SYNCED' | 'SYNCED_WITHOUT_PERMISSION'>;
/** For what a delivery may wait; no outcome has such a reason. */
export const waitingFor = [
  'ORDER_PENDING',
  'WORKFLOW_RESUME',
  'BACKFILL_PAUSED',
  'CONNECTION_NEEDS_RECONNECT',
  'QUOTA_EXCEEDED',
  'RETRYING',
  'ACTIVITY_RUNNING',
] as const satisfies ReasonCode[];
export type WaitingFor = (typeof waitingFor)[number];
export type DeliveryStatus = 'PENDING' | 'WAITING' | 'SYNCED' | 'SKIPPED' | 'FAILED';
