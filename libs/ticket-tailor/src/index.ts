export * from './client';
export * from './webhook';
