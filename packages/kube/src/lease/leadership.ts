import { toLimitValues, type Clock, type Timer } from '@switchyard/contract';
import { kubeLimits } from '../limits.ts';

/** Whether we lead now, and until when if nothing happens. */
export interface Leadership {
  /** To be asked right before each write. */
  readonly leading: boolean;
  /** The lease was written by a call that was sent at `sentMs`. */
  extend(sentMs: number): void;
  stop(reason: LeaveReason): void;
}

/** Why somebody does not lead any more. */
export type LeaveReason = 'not_renewed' | 'taken_by_another' | 'missing' | 'released';

/** Nobody leads yet. `onChange` is called at each change, with the reason of an end. */
export function createLeadership(clock: Clock, onChange: (leading: boolean, reason?: LeaveReason) => void): Leadership {
  const { leaseMs, leaseMarginMs } = toLimitValues(kubeLimits);
  let told = false;
  let untilMs = 0;
  let end: Timer | undefined;

  const stop = (reason: LeaveReason): void => {
    end?.cancel();
    untilMs = 0;
    if (!told) return;
    told = false;
    onChange(false, reason);
  };
  return {
    get leading() {
      // The timer may be late, where the process stood still.
      return clock.now() < untilMs;
    },
    extend: (sentMs) => {
      untilMs = sentMs + leaseMs - leaseMarginMs;
      end?.cancel();
      end = clock.after(untilMs - clock.now(), () => stop('not_renewed'));
      if (told) return;
      told = true;
      onChange(true);
    },
    stop,
  };
}
