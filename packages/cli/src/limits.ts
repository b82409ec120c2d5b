import type { LimitTable } from '@switchyard/contract';

/** The bounds of the command line. */
export const cliLimits: LimitTable<
  | 'listenMs'
  | 'settleMs'
  | 'stopGraceMs'
  | 'probeMs'
  | 'releaseMs'
  | 'drainGraceMs'
  | 'revokeMs'
  | 'revokeLookMs'
  | 'adminWrites'
  | 'adminMs'
  | 'auditLines'
  | 'auditLookMs'
  | 'auditSilentMs'
  | 'tokenBytes'
  | 'clockSkewMs'
  | 'openFiles'
  | 'endingMs'
  | 'failureQuietMs'
  | 'routeSettleMs'
  | 'portLookMs'
  | 'renewMs'
  | 'signInMs'
  | 'issuerMs'
  | 'issuerBytes'
  | 'refreshMs'
  | 'lockAgeMs'
  | 'lockLookMs'
> = {
  listenMs: {
    value: 60_000,
    unit: 'ms',
    about:
      'How long a command may take until it listens, and in a cluster until requests arrive, unless `--timeout` says otherwise; then it is stopped.',
  },
  settleMs: { value: 500, unit: 'ms', about: 'How long a port that was not asked for must be the only one before `run` takes it.' },
  stopGraceMs: {
    value: 10_000,
    unit: 'ms',
    about: 'How long a command may take to stop after a signal; then it and all that it started are killed.',
  },
  probeMs: {
    value: 1_000,
    unit: 'ms',
    about:
      'How long a local process may take to accept a connection before it counts as not listening, and a manager inside of the cluster as not reachable.',
  },
  releaseMs: {
    value: 3_000,
    unit: 'ms',
    about: 'How long the end of a command waits for the API server to remove its intercept; else the manager does it alone.',
  },
  endingMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long a command whose intercept is gone waits for the manager to say who ended it, while its session is away.',
  },
  failureQuietMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long nothing is said of further requests that could not be delivered, after it was said of one.',
  },
  routeSettleMs: {
    value: 3_000,
    unit: 'ms',
    about: "How long, at most, a command waits until every node of a cluster sends a Service's new connections to the router.",
  },
  portLookMs: { value: 50, unit: 'ms', about: 'Pause between two looks at where a command listens.' },
  signInMs: {
    value: 900_000,
    unit: 'ms',
    about: 'How long `login` waits, at most, until the code is confirmed; a sign-in service may give less.',
  },
  issuerMs: { value: 10_000, unit: 'ms', about: 'How long a sign-in service may take for one answer.' },
  issuerBytes: { value: 262_144, unit: 'bytes', about: 'The longest answer of a sign-in service that is read.' },
  refreshMs: { value: 60_000, unit: 'ms', about: 'How long before it runs out the token of a sign-in is replaced.' },
  lockAgeMs: {
    value: 30_000,
    unit: 'ms',
    about: 'After which time the lock of a sign-in counts as left behind by a process that died, and is broken.',
  },
  lockLookMs: { value: 50, unit: 'ms', about: 'Pause between two looks at whether another process gave the lock of a sign-in back.' },
  renewMs: { value: 10_000, unit: 'ms', about: 'How long `renew` waits for the manager of a cluster to grant another lifetime.' },
  clockSkewMs: { value: 5_000, unit: 'ms', about: "How far the manager's clock may be from this machine's before `doctor` warns." },
  openFiles: { value: 4_096, unit: 'count', about: 'Open files that a process should be allowed; `doctor` warns where it is fewer.' },
  tokenBytes: {
    value: 8_192,
    unit: 'bytes',
    about: 'A token that is read from a file or a variable; a longer one is refused with `bad_config`.',
  },
  drainGraceMs: { value: 300_000, unit: 'ms', about: 'How long intercepts go on after `admin drain`, unless `--grace` says otherwise.' },
  revokeMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long `admin revoke` lets the manager end intercepts and tell their owners why, before it removes the objects itself.',
  },
  revokeLookMs: { value: 250, unit: 'ms', about: 'Pause between two looks of `admin revoke` at what is left.' },
  adminWrites: { value: 16, unit: 'count', about: 'Objects that `admin revoke` changes at a time.' },
  auditLines: {
    value: 20_000,
    unit: 'count',
    about: 'Lines of one log that `admin audit` reads, the newest; with `-f`, records that it knows again when a log is read anew.',
  },
  auditLookMs: { value: 5_000, unit: 'ms', about: 'How often `admin audit -f` looks for managers whose log it does not read.' },
  auditSilentMs: {
    value: 300_000,
    unit: 'ms',
    about: 'How long nothing may come of a log that `admin audit` reads; then it is read anew, or the command fails.',
  },
  adminMs: {
    value: 120_000,
    unit: 'ms',
    about: 'How long each wait of `admin install` and `admin uninstall` may take, unless `--timeout` says otherwise.',
  },
};
