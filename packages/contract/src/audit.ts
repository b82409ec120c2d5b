import type { Actor } from './principal.ts';

/** What an audit record is about. Closed. */
export const auditActions = [
  /** An agent proved who it is and has a session. */
  'session_opened',
  /** An agent, or a caller of the API, was turned away. */
  'session_refused',
  /** A session is over. */
  'session_closed',
  /** An intercept was accepted for the first time. */
  'intercept_created',
  /** An intercept was asked for and is not allowed. */
  'intercept_refused',
  /** An intercept lives longer. */
  'intercept_renewed',
  /** Somebody ended an intercept in its owner's place. */
  'intercept_revoked',
  /** An intercept is over, for whatever reason. */
  'intercept_ended',
  /** What passed through an intercept that is over at one more router than that of its `intercept_ended`. */
  'intercept_usage',
  /** Somebody asked for a drain of the namespace, or changed it. */
  'drain_started',
  /** The drain was taken back. */
  'drain_undone',
] as const;

/** One of `auditActions`. */
export type AuditAction = (typeof auditActions)[number];

/** One record: who did what, with what outcome. Never a header's value, a body, a query, a token. */
export interface AuditRecord {
  /** Two records with one id are about the same happening. Default: no other record is. */
  readonly id?: string | undefined;
  readonly action: AuditAction;
  readonly outcome: 'allowed' | 'refused' | 'ended';
  /** Who: the name that was proven; where none was, the one that was claimed, and `proven` is false. */
  readonly user: string;
  readonly proven: boolean;
  readonly groups?: readonly string[] | undefined;
  readonly actor?: Actor | undefined;
  /** The machine, as it says itself. */
  readonly client?: string | undefined;
  /** Where the caller came from. */
  readonly address?: string | undefined;
  readonly session?: string | undefined;
  readonly intercept?: string | undefined;
  readonly service?: string | undefined;
  readonly port?: string | undefined;
  readonly key?: string | undefined;
  readonly target?: 'tunnel' | 'direct' | undefined;
  /** A word of a closed list: a failure code, an end reason, a condition's reason. */
  readonly reason?: string | undefined;
  /** The policy that allowed or refused it. */
  readonly policy?: string | undefined;
  /** Who approved it, where somebody did. */
  readonly approvedBy?: string | undefined;
  /** One sentence for people. */
  readonly message?: string | undefined;
  /** What passed through it at this router, of one that ended. */
  readonly usage?: AuditUsage | undefined;
}

/** What passed through an intercept or a session at one router. */
export interface AuditUsage {
  readonly requests: number;
  /** From callers to the developer. */
  readonly bytesIn: number;
  /** From the developer to callers. */
  readonly bytesOut: number;
}

/** Where audit records go, as a port. Never throws; what cannot be delivered is counted. */
export interface Audit {
  write(record: AuditRecord): void;
}

/** An audit that keeps nothing: for tests, and for managers of one's own machine. */
export const silentAudit: Audit = { write: () => {} };
