/**
 * The time for things that never become due. It is later than any time in a query, like the 8.64e15 that earlier
 * versions wrote. It is before the year 10000, because one of the local servers accepts no later date.
 */
export const never = new Date('9999-12-31T00:00:00Z');
