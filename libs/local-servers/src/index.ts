export * from './eventually';
export * from './kafka';
export * from './mongo';
export * from './pid-file';
export * from './process';
export * from './secure-kafka';
export * from './servers';
