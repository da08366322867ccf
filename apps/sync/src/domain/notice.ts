import type { NoticeKind } from '@boxlist/contracts';

/** What a notice is about: as long as one of a subject is open, there is no second. */
export interface NoticeSubject {
  readonly boxOfficeId: string;
  readonly kind: NoticeKind;
  readonly level: number | null;
  readonly connectionId: string | null;
  readonly workflowId: string | null;
}

export const brokenConnection = (boxOfficeId: string, connectionId: string): NoticeSubject => ({
  boxOfficeId,
  kind: 'CONNECTION_BROKEN',
  level: null,
  connectionId,
  workflowId: null,
});

export const failures = (boxOfficeId: string, workflowId: string, level: number): NoticeSubject => ({
  boxOfficeId,
  kind: 'FAILURES',
  level,
  connectionId: null,
  workflowId,
});

export const exhaustedQuota = (boxOfficeId: string): NoticeSubject => ({
  boxOfficeId,
  kind: 'QUOTA_EXHAUSTED',
  level: null,
  connectionId: null,
  workflowId: null,
});

export const openDeadLetters = (boxOfficeId: string): NoticeSubject => ({
  boxOfficeId,
  kind: 'DEAD_LETTERS',
  level: null,
  connectionId: null,
  workflowId: null,
});

/** One text for each subject. */
export const subjectKey = ({ boxOfficeId, kind, level, connectionId, workflowId }: NoticeSubject): string =>
  [boxOfficeId, kind, connectionId ?? workflowId ?? '', level ?? ''].join(' ');
