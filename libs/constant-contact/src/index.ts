export { msUntilUtcMidnight } from './call';
export * from './client';
export * from './oauth';
