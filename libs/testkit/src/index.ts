export * from './clients';
export * from './local/kafka';
export * from './local/mongo';
export * from './local/pid-file';
export * from './local/process';
export * from './local/servers';
export * from './orders';
export * from './stack';
