export {
  cancelStarts,
  eventually,
  freePort,
  isFree,
  signalGroup,
  startMongo,
  startProcess,
  stopAllLeftBehind,
  workspaceRoot,
  type LocalProcess,
  type Servers,
} from '@boxlist/local-servers';
export * from './access-tokens';
export * from './at-rest';
export * from './audit';
export * from './canaries';
export * from './certificates';
export { readTopics } from '@boxlist/event-bus';
export * from './clients';
export * from './connect-account';
export { examineDoors } from './doors';
export * from './facts';
export { matches, sorted } from './memory-documents';
export * from './memory-mongo';
export * from './orders';
export { portSettingOf, type Ports } from './parts';
export * from './sandbox';
export * from './servers';
export * from './stack';
export * from './token-door';
export * from './token-issuer';
export * from './ticket-tailor-sandbox';
