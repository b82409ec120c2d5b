import { toLimitValues, type Clock } from '@switchyard/contract';
import { createTokenBuckets } from '../auth/token-buckets.ts';
import { auditLimits } from '../limits.ts';

/** Whether one more refusal of `holder` gets no line any more. */
export type IsTooMuch = (holder: string) => boolean;

/** Makes a rate of refusals for each holder, an address where there is one: whoever is refused all the time fills nothing by it. */
export function createRefusalGate(clock: Pick<Clock, 'now'>): IsTooMuch {
  const { refusalBurst: burst, refusalsPerSecond: perSecond, refusalHolders: holders } = toLimitValues(auditLimits);
  const buckets = createTokenBuckets(clock, { burst, perSecond, holders });
  return (holder) => {
    try {
      buckets.take(holder);
      return false;
    } catch {
      return true;
    }
  };
}
