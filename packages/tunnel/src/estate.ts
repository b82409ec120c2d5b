import type { Clock } from '@switchyard/contract';
import { SessionCredit } from './credit.ts';
import { KeepBudget } from './kept-bytes.ts';
import type { TunnelLimits } from './limits.ts';
import { SuspendedPipes } from './suspended-pipes.ts';
import type { TunnelPipe } from './tunnel-pipe.ts';

/** What the pipes of a session have in common at one end, and what the session leaves to the one that resumes it. */
export class Estate<Entry extends { readonly pipe: TunnelPipe }> {
  /** What the other end may send. */
  readonly credit: SessionCredit;
  /** What this end may keep of what it sent; undefined where the protocol's version cannot resume. */
  readonly budget: KeepBudget | undefined;
  /** The pipes that carry a connection and have no stream now. */
  readonly suspended: SuspendedPipes<Entry>;

  /** @param keeps what this end may keep for all of its sessions; undefined: that of one is bound enough */
  constructor(clock: Clock, limits: TunnelLimits, version: number, keeps?: KeepBudget) {
    this.credit = new SessionCredit(clock, limits);
    this.budget = version < 2 ? undefined : new KeepBudget(limits.sessionWindowBytes, keeps);
    this.suspended = new SuspendedPipes(clock, limits.resumeMs);
  }
}
