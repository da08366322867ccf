export * from './bus';
export * from './event-bus';
export * from './facts';
export * from './message';
export * from './outbox';
export * from './repeatedly';
export * from './rest';
export * from './try-broker';
