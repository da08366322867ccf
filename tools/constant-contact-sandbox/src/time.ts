export const isoAt = (ms: number): string => new Date(ms).toISOString();
