/** Every reason with which a delivery may wait or settle, with its sentence for organisers. */
export const reasons = {
  SYNCED: 'The contact is up to date for this workflow.',
  SYNCED_WITHOUT_PERMISSION:
    'The contact is up to date for this workflow but has no permission for marketing e-mail. Set it on the page of ' +
    'the contact at Constant Contact.',
  RESUBSCRIBE_EMAIL_SENT: 'Constant Contact sent the buyer an e-mail that asks whether they want to subscribe again.',
  TAKEN_BACK: 'The order was cancelled, so this workflow undid what it had added for it.',
  NOT_OPTED_IN: 'The buyer did not opt in to marketing e-mail.',
  NOT_ASKED: 'The checkout did not ask the buyer about marketing e-mail.',
  NOT_A_CONTACT: 'This buyer is not a contact, and this workflow does not create or restore contacts.',
  UNSUBSCRIBED: 'The buyer unsubscribed at Constant Contact and stays unsubscribed.',
  ON_HOLD: 'Constant Contact has put this contact on hold. Retry once the hold has ended.',
  CONTACT_DELETED:
    'The contact was deleted at Constant Contact after the buyer opted in. A newer order with an opt-in restores ' +
    'it. You can also restore it there, then retry.',
  FILTERED_OUT: "The order does not match this workflow's filter.",
  SUBSCRIPTION_INACTIVE: 'The add-on was not active. Retry once it is active.',
  WORKFLOW_PAUSED: 'The workflow was paused. Retry once it is active.',
  WORKFLOW_RESUME: 'Waiting for you to resume the workflow.',
  WORKFLOW_DELETED: 'The workflow was deleted.',
  CONNECTION_DISCONNECTED: 'The connection to Constant Contact has ended.',
  CONNECTION_NOT_OWNED:
    "The workflow uses another box office's connection to Constant Contact. Choose your own connection in the " +
    'workflow. It then applies to later orders.',
  NO_EMAIL: 'The order has no e-mail address.',
  EMAIL_INVALID:
    'The e-mail address of the order is not valid. Correct it at Ticket Tailor. Boxlist then picks up the change ' +
    'by itself.',
  EMAIL_TOO_LONG: 'The e-mail address is longer than the 80 characters that Constant Contact accepts.',
  BUYER_ERASED: 'The buyer was erased, so Boxlist does nothing more for them.',
  ORDER_EXPIRED: 'The order is older than the history that Boxlist keeps, so Boxlist does nothing more for it.',
  ORDER_CANCELLED: 'The order was cancelled before it was synchronised.',
  REJECTED_BY_CONSTANT_CONTACT: 'Constant Contact refused the data. Fix it there or here, then retry.',
  GAVE_UP: 'Boxlist could not reach Constant Contact for days. Retry once it works again.',
  ORDER_PENDING: 'Waiting for the order to be completed.',
  CONNECTION_NEEDS_RECONNECT: 'Waiting for you to sign in to Constant Contact again.',
  QUOTA_EXCEEDED:
    "Waiting for calls to Constant Contact: today's calls are used up or kept for live orders. New calls come at " +
    '00:00 UTC.',
  BACKFILL_PAUSED: 'Waiting for you to resume the backfill.',
  BACKFILL_CANCELLED: 'The backfill was cancelled before it reached this order.',
  RETRYING: 'Waiting for the next attempt.',
  ACTIVITY_RUNNING: 'Waiting for Constant Contact to finish.',
} as const;

export type ReasonCode = keyof typeof reasons;
/** The reasons of a delivery whose work was done. */
export type DoneReason = Extract<ReasonCode, 'SYNCED' | 'SYNCED_WITHOUT_PERMISSION'>;
/** The reasons with which a delivery may wait; no outcome has them. */
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
