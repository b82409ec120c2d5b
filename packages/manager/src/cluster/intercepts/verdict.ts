import type { InterceptReason } from '@switchyard/kube';

/** How one condition of an intercept stands. */
export interface Verdict {
  readonly holds: boolean;
  readonly reason: InterceptReason;
  /** One sentence for people. It changes only when something else does: each change is a write. */
  readonly message: string;
}
