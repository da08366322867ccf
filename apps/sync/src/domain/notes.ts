/**
 * A delivery tells in words what was done for it, and with notes what was left out, cut or comes later. What was done
 * stays true. A note is decided anew with each plan and each outcome: one of an earlier plan may say the opposite.
 */
const isNote = (told: string): boolean => /^(left|cut|the phone follows) /.test(told);

/** What was done for a delivery, without the notes of an earlier plan. */
export const withoutNotes = (performed: readonly string[]): string[] => performed.filter((each) => !isNote(each));
