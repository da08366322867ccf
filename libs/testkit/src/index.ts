export * from './clients';
export * from './local/kafka';
export * from './local/mongo';
export * from './local/process';
export * from './orders';
export * from './stack';
