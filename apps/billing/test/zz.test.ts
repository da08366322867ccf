import { it } from '@jest/globals';
import mongoose from 'mongoose';
import { createRequire } from 'node:module';
it('x', () => {
  const { BSON } = mongoose.mongo as unknown as { BSON: typeof import('bson') };
  const doc = new Map<string, unknown>().set('driver', { name: 'nodejs', version: '1' });
  console.log(Buffer.from(BSON.serialize(doc as never)).toString('latin1').slice(0, 80), Object.prototype.toString.call(doc), Object.keys({name:1}));
  console.log(BSON.deserialize(BSON.serialize(doc as never)), process.version, [...doc.entries()]);
});
