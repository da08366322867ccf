export * from './audit';
export * from './cloud-event';
export * from './errors';
export * from './events';
export * from './facts';
export * from './ids';
export * from './order';
