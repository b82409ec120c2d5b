import { toLimitValues } from '@switchyard/contract';
import { tunnelLimits } from '@switchyard/tunnel';
import { agentLimits } from './limits.ts';

/** How long the next attempt waits for a manager. */
export interface Patience {
  readonly waitMs: number;
  /** The last attempt failed: the next one waits twice as long, up to `mostConnectMs`. */
  failed(): void;
  /** It succeeded: the next one begins anew with `connectMs`. */
  succeeded(): void;
}

/**
 * Patience that grows: a new manager that all agents of a namespace come to at once needs longer for each, and attempts that were given up
 * would only add to its work.
 */
export function createPatience(): Patience {
  const { connectMs } = toLimitValues(tunnelLimits);
  const { mostConnectMs } = toLimitValues(agentLimits);
  let waitMs = connectMs;
  return {
    get waitMs() {
      return waitMs;
    },
    failed: () => void (waitMs = Math.min(2 * waitMs, mostConnectMs)),
    succeeded: () => void (waitMs = connectMs),
  };
}
