import type { AuditLine } from './audit-line.ts';

/** What became of a line: it is out, the sink has no room for it, or its receiver did not take it. */
export type AuditFate = 'written' | 'dropped' | 'failed';

/** One place where audit lines go. Dispose waits, bounded, until what was written is out. */
export interface AuditSink extends AsyncDisposable {
  /** Never throws. */
  write(line: AuditLine): void;
}

/** Learns what became of lines. */
export type OnFate = (fate: AuditFate, lines: number) => void;
