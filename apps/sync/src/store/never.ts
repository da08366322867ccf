/**
 * The time of what is never due. It is later than every time that a query asks for, like the 8.64e15 that earlier
 * versions wrote, and before the year 10000, because one of the local servers takes no later date.
 */
export const never = new Date('9999-12-31T00:00:00Z');
