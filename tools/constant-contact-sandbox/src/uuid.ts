import { createHash } from 'node:crypto';

/** A stable UUID for a name, so that demo data has the same ids in every run. */
export const v5 = (name: string): string => {
  const hex = createHash('sha1').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
