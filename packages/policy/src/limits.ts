import type { LimitTable } from '@switchyard/contract';

/** The bounds of policies. */
export const policyLimits: LimitTable<'conditions' | 'conditionText' | 'conditionCost'> = {
  conditions: { value: 8, unit: 'count', about: 'Conditions of one policy. A policy with more grants nothing.' },
  conditionText: { value: 1_024, unit: 'count', about: 'Characters of a condition. A policy with a longer one grants nothing.' },
  conditionCost: {
    value: 50_000,
    unit: 'count',
    about: 'Steps that a condition may take at worst, estimated before it is ever asked. A policy with a dearer one grants nothing.',
  },
};
