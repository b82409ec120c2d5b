import type { LimitTable } from '@switchyard/contract';

/** The bounds of the command line. */
export const cliLimits: LimitTable<
  | 'listenMs'
  | 'settleMs'
  | 'stopGraceMs'
  | 'probeMs'
  | 'releaseMs'
  | 'revokeMs'
  | 'revokeLookMs'
  | 'adminWrites'
  | 'adminMs'
  | 'tokenBytes'
  | 'clockSkewMs'
  | 'openFiles'
  | 'endingMs'
  | 'failureQuietMs'
  | 'routeSettleMs'
  | 'portLookMs'
  | 'ownerGroups'
  | 'renewMs'
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
  renewMs: { value: 10_000, unit: 'ms', about: 'How long `renew` waits for the manager of a cluster to grant another lifetime.' },
  ownerGroups: {
    value: 64,
    unit: 'count',
    about: 'Groups of a person that are written into an intercept of theirs; the rest is left out.',
  },
  clockSkewMs: { value: 5_000, unit: 'ms', about: "How far the manager's clock may be from this machine's before `doctor` warns." },
  openFiles: { value: 4_096, unit: 'count', about: 'Open files that a process should be allowed; `doctor` warns where it is fewer.' },
  tokenBytes: {
    value: 8_192,
    unit: 'bytes',
    about: 'A token that is read from a file or a variable; a longer one is refused with `bad_config`.',
  },
  revokeMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long `admin revoke` lets the manager end intercepts and tell their owners why, before it removes the objects itself.',
  },
  revokeLookMs: { value: 250, unit: 'ms', about: 'Pause between two looks of `admin revoke` at what is left.' },
  adminWrites: { value: 16, unit: 'count', about: 'Objects that `admin revoke` and `admin gc` change at a time.' },
  adminMs: {
    value: 120_000,
    unit: 'ms',
    about: 'How long each wait of `admin install` and `admin uninstall` may take, unless `--timeout` says otherwise.',
  },
};
