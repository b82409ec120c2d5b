import { addTwin, type Vector } from './vector.ts';

/** Where a key is live, and what is no key (rule 5). */
export const livenessVectors: readonly Vector[] = [
  {
    why: '5b: live on another service: baseline, completed, nothing told',
    send: ['x-intercept-id: carol'],
    outcome: ['to baseline', '+ baggage: intercept=carol'],
  },
  { why: '5b: from baggage', send: ['baggage: intercept=carol'], outcome: ['to baseline', '+ x-intercept-id: carol'] },
  {
    why: '5b: at a service without any intercept too',
    at: 'web',
    send: ['baggage: intercept=alice'],
    outcome: ['to baseline', addTwin],
  },
  { why: '5a: and there it is routed', at: 'payments', send: ['x-intercept-id: carol', 'baggage: intercept=carol'], outcome: ['to carol'] },
  { why: '5c: unknown', send: ['x-intercept-id: dave'], outcome: ['to baseline', 'tell no-route'] },
  { why: '5c: unknown, in baggage', send: ['baggage: intercept=dave'], outcome: ['to baseline', 'tell no-route'] },
  { why: '5c: a name of the language is no key', send: ['x-intercept-id: constructor'], outcome: ['to baseline', 'tell no-route'] },
  { why: '5c: capitals', send: ['x-intercept-id: Alice'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: empty', send: ['x-intercept-id:'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: empty, in baggage', send: ['baggage: intercept='], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: non-ASCII', send: ['x-intercept-id: al\u00efce'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: non-ASCII, escaped', send: ['baggage: intercept=al%C3%AFce'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: a broken escape', send: ['baggage: intercept=alice%'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: an escaped NUL', send: ['baggage: intercept=alice%00'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: an escape in the header is none', send: ['x-intercept-id: %61lice'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: quotes belong to the value', send: ['x-intercept-id: "alice"'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: in baggage too', send: ['baggage: intercept="alice"'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: hyphen at the end', send: ['x-intercept-id: alice-'], outcome: ['to baseline', 'tell invalid-key'] },
  { why: '5c: 63 characters are a key', send: [`x-intercept-id: ${'a'.repeat(63)}`], outcome: ['to baseline', 'tell no-route'] },
  { why: '5c: 64 are not', send: [`x-intercept-id: ${'a'.repeat(64)}`], outcome: ['to baseline', 'tell invalid-key'] },
];
