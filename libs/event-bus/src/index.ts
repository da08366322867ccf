export * from './bus';
export * from './facts';
export * from './message';
export * from './outbox';
export * from './rest';
