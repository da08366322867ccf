import type { NoticeKind } from '@boxlist/contracts';

/** The subject of a notice. While a notice of a subject is open, there is no second one. */
export interface NoticeSubject {
  readonly boxOfficeId: string;
  readonly kind: NoticeKind;
  readonly level: number | null;
  readonly connectionId: string | null;
  readonly workflowId: string | null;
}

const nothing = { level: null, connectionId: null, workflowId: null } as const;

export const brokenConnection = (boxOfficeId: string, connectionId: string): NoticeSubject => ({
  ...nothing,
  boxOfficeId,
  kind: 'CONNECTION_BROKEN',
  connectionId,
});

export const failures = (boxOfficeId: string, workflowId: string, level: number): NoticeSubject => ({
  ...nothing,
  boxOfficeId,
  kind: 'FAILURES',
  level,
  workflowId,
});

export const exhaustedQuota = (boxOfficeId: string): NoticeSubject => ({
  ...nothing,
  boxOfficeId,
  kind: 'QUOTA_EXHAUSTED',
});

export const openDeadLetters = (boxOfficeId: string): NoticeSubject => ({
  ...nothing,
  boxOfficeId,
  kind: 'DEAD_LETTERS',
});

/** The text that identifies a subject. */
export const subjectKey = ({ boxOfficeId, kind, level, connectionId, workflowId }: NoticeSubject): string =>
  [boxOfficeId, kind, connectionId ?? workflowId ?? '', level ?? ''].join(' ');
