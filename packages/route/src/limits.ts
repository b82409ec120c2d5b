import type { LimitTable } from '@switchyard/contract';

/** The bounds of routing. */
export const routeLimits: LimitTable<
  | 'baggageBytes'
  | 'baggageMembers'
  | 'matchAlternatives'
  | 'matchConditions'
  | 'matchRegexes'
  | 'matchValue'
  | 'regexSteps'
  | 'regexText'
  | 'regexStateBytes'
  | 'explainedRules'
> = {
  baggageBytes: {
    value: 8192,
    unit: 'bytes',
    about:
      'Baggage to which a key is still added (W3C Baggage section 3.3.2); where there is no room the key goes on in `x-intercept-id` alone.',
  },
  baggageMembers: { value: 64, unit: 'count', about: 'Members of such baggage, the key included.' },
  matchAlternatives: { value: 8, unit: 'count', about: 'Alternatives of what an intercept matches. More are refused.' },
  matchConditions: { value: 8, unit: 'count', about: 'Conditions of one such alternative. More are refused.' },
  matchRegexes: { value: 4, unit: 'count', about: 'Regular expressions in all alternatives of one intercept together. More are refused.' },
  matchValue: { value: 256, unit: 'count', about: 'Characters of a name or text in a condition. Longer ones are refused.' },
  regexSteps: {
    value: 64,
    unit: 'count',
    about: 'Size of a compiled regular expression, which bounds what a character of a request may cost. Larger ones are refused.',
  },
  regexText: {
    value: 512,
    unit: 'count',
    about: 'Characters of all texts of a request that a regular expression has to look at. Where there are more, it does not match.',
  },
  regexStateBytes: {
    value: 32 * 1024,
    unit: 'bytes',
    about:
      'What a regular expression remembers of its own states, so that it is fast; with more of them it is slower, and matches the same.',
  },
  explainedRules: {
    value: 100,
    unit: 'count',
    about: 'Intercepts that one explanation names. Of more, those that come last are only counted.',
  },
};
