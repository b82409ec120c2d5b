import type { LimitTable } from '@switchyard/contract';

/** The bounds of routing. */
export const routeLimits: LimitTable<'baggageBytes' | 'baggageMembers'> = {
  baggageBytes: {
    value: 8192,
    unit: 'bytes',
    about:
      'Baggage to which a key is still added (W3C Baggage section 3.3.2); where there is no room the key goes on in `x-intercept-id` alone.',
  },
  baggageMembers: { value: 64, unit: 'count', about: 'Members of such baggage, the key included.' },
};
