import type { Closing, EndReason, InterceptId, InterceptInfo } from '@switchyard/contract';

/** What a manager tells an agent without being asked. */
export type SessionEvent =
  /** The intercept is gone; no further pipe will come for it. */
  | { readonly t: 'intercept_ended'; readonly id: InterceptId; readonly reason: EndReason; readonly message?: string | undefined }
  /** The intercept ends at `expiresAt` unless it is renewed; with a `message`, which says why it ends, though it be renewed. */
  | { readonly t: 'expiry_warning'; readonly id: InterceptId; readonly expiresAt: Date; readonly message?: string | undefined }
  /** Its owner renewed the intercept elsewhere: it ends at `expiresAt` now, unless `closing` ends it before. */
  | { readonly t: 'intercept_renewed'; readonly id: InterceptId; readonly expiresAt: Date; readonly closing?: Closing | undefined }
  /** What keeps the intercept's requests from it (`waiting`) is another thing than was said last, or nothing. */
  | { readonly t: 'intercept_changed'; readonly intercept: InterceptInfo }
  /** The manager is about to stop: finish what runs and connect again. */
  | { readonly t: 'draining' };
