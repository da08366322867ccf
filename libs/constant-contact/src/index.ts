export type { CcActivity, CcContact, CcCustomField, CcList, CcTag } from './answers';
export * from './bodies';
export { msUntilUtcMidnight, type Outgoing, type Send } from './call';
export * from './client';
export { importLimits } from './imports';
export * from './oauth';
export { isTooLate, sentBy } from './sent-by';
