/**
 * The history of a delivery has sentences about completed work, and notes about values that were left out, cut or come
 * later. Completed work stays true. Each plan and each outcome writes new notes, so a note of an earlier plan may
 * contradict them.
 */
const isNote = (sentence: string): boolean => /^(left|cut|the phone follows) /.test(sentence);

/** The sentences about completed work, without the notes of an earlier plan. */
export const withoutNotes = (performed: readonly string[]): string[] => performed.filter((each) => !isNote(each));
