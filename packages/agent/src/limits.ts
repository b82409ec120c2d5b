import type { LimitTable } from '@switchyard/contract';

/** The bounds of the developer's end. */
export const agentLimits: LimitTable<
  'localConnectMs' | 'firstRetryMs' | 'restartSpanMs' | 'restartRetryMs' | 'patientRetryMs' | 'mostConnectMs'
> = {
  localConnectMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long the local process may take to accept a connection; then the request fails with `upstream_timeout`.',
  },
  firstRetryMs: {
    value: 100,
    unit: 'ms',
    about: 'The first wait, at most, before a lost session connects again; later waits double, with jitter.',
  },
  restartSpanMs: {
    value: 60_000,
    unit: 'ms',
    about: 'How long after a loss the waits stay short, as a manager that was only restarted is back by then.',
  },
  restartRetryMs: { value: 1_000, unit: 'ms', about: 'The longest wait between attempts in that time.' },
  patientRetryMs: { value: 5_000, unit: 'ms', about: 'The longest wait between attempts after that time.' },
  mostConnectMs: {
    value: 15_000,
    unit: 'ms',
    about: 'The longest that an agent waits for a manager: it begins with `tunnel.connectMs`, and doubles after each attempt that failed.',
  },
};
