export * from './cloud-event';
export * from './errors';
export * from './events';
export * from './facts';
export * from './ids';
export * from './log-fields';
export * from './order';
export * from './least-roles';
