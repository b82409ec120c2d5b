import type { LimitTable, LimitValues } from '@switchyard/contract';
export { auditLimits, authLimits, peerLimits, rightLimits } from './trust-limits.ts';

/** Names of the manager's own bounds. Each stands in the configuration under `limits`. */
export type ManagerLimitName =
  | 'holdMs'
  | 'heldPerIntercept'
  | 'lifetimeMs'
  | 'awayLifetimeMs'
  | 'expiryWarningMs'
  | 'idleLifetimeMs'
  | 'interceptsPerOwner'
  | 'sessionsPerOwner'
  | 'drainGraceMs';

/** Every bound of the manager. `LIMITS.md` and the configuration's defaults come from here. */
export const managerLimits: LimitTable<ManagerLimitName> = {
  holdMs: {
    value: 10_000,
    unit: 'ms',
    about:
      'How long connections to an intercept are held, counted from the loss of its session, and those under way kept for the session to resume. Afterwards they fail with developer_offline, or tunnel_lost, at once.',
  },
  heldPerIntercept: {
    value: 64,
    unit: 'count',
    about: 'Connections held for one intercept at a time. One more fails with limit_reached.',
  },
  lifetimeMs: {
    value: 8 * 3_600_000,
    unit: 'ms',
    about: 'How long an intercept lives unless it is renewed: what is granted by default, and the most that is granted.',
  },
  awayLifetimeMs: {
    value: 5 * 60_000,
    unit: 'ms',
    about: 'An intercept whose session was lost ends after this time, unless the session comes back.',
  },
  expiryWarningMs: {
    value: 10 * 60_000,
    unit: 'ms',
    about: 'How long before its end the owner of an intercept is warned.',
  },
  idleLifetimeMs: {
    value: 4 * 3_600_000,
    unit: 'ms',
    about:
      'An intercept that no request came for ends after this time, and at most a quarter of it later; 0s: none ends so. Only in a cluster.',
  },
  interceptsPerOwner: {
    value: 256,
    unit: 'count',
    about: 'Live intercepts of one owner. Registering one more fails with limit_reached.',
  },
  sessionsPerOwner: {
    value: 32,
    unit: 'count',
    about: 'Live sessions of one owner: terminals that run an intercept. One more is refused with limit_reached.',
  },
  drainGraceMs: {
    value: 10_000,
    unit: 'ms',
    about: 'How long exchanges may go on after the manager was told to stop. Afterwards they are cut.',
  },
};

/** The numbers of `managerLimits`, after the configuration. */
export type ManagerLimits = LimitValues<typeof managerLimits>;

/** The manager's bounds that nobody sets. */
export const fixedManagerLimits: LimitTable<
  | 'clusterDrainGraceMs'
  | 'successorMs'
  | 'drainUnreadyMs'
  | 'services'
  | 'portsPerService'
  | 'aliases'
  | 'healthIdleMs'
  | 'healthConnections'
  | 'apiCallBurst'
  | 'apiCallsPerSecond'
  | 'apiCallers'
  | 'keptEvents'
  | 'eventStreams'
  | 'eventStreamsPerOwner'
  | 'eventBacklogBytes'
  | 'eventBeatMs'
  | 'eventRetryMs'
  | 'requestBodyBytes'
  | 'apiHosts'
  | 'certificateCheckMs'
  | 'dials'
  | 'issuerDocumentBytes'
  | 'emptySessionMs'
> = {
  clusterDrainGraceMs: { value: 60_000, unit: 'ms', about: 'The default of `limits.drainGrace` in a cluster.' },
  successorMs: {
    value: 20_000,
    unit: 'ms',
    about:
      'How long, at most, a manager that was told to stop goes on as before while Services lead to it and no other manager is ready; then it drains.',
  },
  drainUnreadyMs: {
    value: 6_000,
    unit: 'ms',
    about:
      'How long before it stops accepting a manager that was told to stop says that it is not ready: its readiness probe fails three times, a second apart, and the cluster has to hear of it.',
  },
  services: { value: 1_000, unit: 'count', about: 'Services in a configuration; a longer list is refused with `bad_config`.' },
  portsPerService: { value: 64, unit: 'count', about: 'Ports of one service; a longer list is refused with `bad_config`.' },
  aliases: { value: 16, unit: 'count', about: 'Further places where a key may stand; a longer list is refused with `bad_config`.' },
  healthIdleMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long a connection to the health listener may wait for its request; then it closes.',
  },
  healthConnections: {
    value: 64,
    unit: 'count',
    about: 'Connections to the health listener; for one more, the oldest of the address that has most is closed.',
  },
  apiCallBurst: {
    value: 400,
    unit: 'count',
    about: 'Calls of the API that an owner may make at once, and an address for those who are nobody; `limit_reached` then.',
  },
  apiCallsPerSecond: { value: 100, unit: 'count', about: 'Calls of the API per second that are given back to an owner, or to an address.' },
  apiCallers: {
    value: 4_096,
    unit: 'count',
    about: 'Owners and addresses whose calls are counted; for one more, the one that called longest ago is forgotten.',
  },
  keptEvents: { value: 500, unit: 'count', about: 'Events that a manager remembers; older ones are forgotten.' },
  eventStreams: { value: 64, unit: 'count', about: 'Streams of events at a time; one more is refused with `limit_reached`.' },
  eventStreamsPerOwner: { value: 8, unit: 'count', about: 'Streams of events of one owner; one more is refused with `limit_reached`.' },
  eventBacklogBytes: {
    value: 64 * 1024,
    unit: 'bytes',
    about: 'Events that a reader over HTTP has not taken; its stream is cut then. It goes on where it was with `Last-Event-ID`.',
  },
  eventBeatMs: { value: 10_000, unit: 'ms', about: 'How often a stream of events over HTTP says that it lives.' },
  eventRetryMs: {
    value: 2_000,
    unit: 'ms',
    about: 'After which time browsers are asked to connect again to a stream of events that ended.',
  },
  requestBodyBytes: { value: 64 * 1024, unit: 'bytes', about: 'Body of a request to the API over HTTP; 413 for a larger one.' },
  apiHosts: { value: 32, unit: 'count', about: 'Names that the API answers to; a longer list is refused with `bad_config`.' },
  certificateCheckMs: { value: 10_000, unit: 'ms', about: 'How often a manager looks whether the files of its certificate have changed.' },
  emptySessionMs: {
    value: 1_000,
    unit: 'ms',
    about:
      "How long after a cluster's manager has ended the last of its intercepts a session is closed whose agent does not leave by itself.",
  },
  issuerDocumentBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    about: 'What an OpenID provider says of itself, and its set of keys; a larger answer is not read.',
  },
  dials: {
    value: 3,
    unit: 'count',
    about: 'How often a connection is tried whose session is lost and replaced; then it fails with `tunnel_lost`.',
  },
};

/** The bounds of taking services over. Nobody sets them. */
export const serviceLimits: LimitTable<
  | 'switchLagMs'
  | 'retakeMs'
  | 'retakes'
  | 'retakeWindowMs'
  | 'releaseGraceMs'
  | 'bindRetryMs'
  | 'firstRetryMs'
  | 'mostRetryMs'
  | 'stepsPerPass'
  | 'standDownMs'
  | 'releaseMs'
> = {
  switchLagMs: {
    value: 1_000,
    unit: 'ms',
    about:
      "How long after a Service is switched its nodes may still send new connections to the pods (kube-proxy's default): only then `routedSince` begins.",
  },
  retakeMs: {
    value: 30_000,
    unit: 'ms',
    about: 'How long a Service that somebody else gave its own selector back stays theirs; then it is taken over again.',
  },
  retakes: {
    value: 3,
    unit: 'count',
    about:
      'Takeovers after foreign writes within `retakeWindowMs`. Afterwards the service is `Contested` and left alone for the rest of that time.',
  },
  retakeWindowMs: { value: 600_000, unit: 'ms', about: 'For how long a takeover after a foreign write counts.' },
  releaseGraceMs: {
    value: 60_000,
    unit: 'ms',
    about: 'How long connections to a service that was given back may go on at the router; then they are cut and its ports close.',
  },
  bindRetryMs: { value: 5_000, unit: 'ms', about: 'How long after a router port could not be opened it is tried again.' },
  firstRetryMs: { value: 500, unit: 'ms', about: 'The first wait after a failed step of a takeover; waits double, at random.' },
  mostRetryMs: { value: 30_000, unit: 'ms', about: 'The longest wait between attempts at a takeover.' },
  releaseMs: {
    value: 120_000,
    unit: 'ms',
    about: 'How long `switchyard-manager release` waits for a live manager to give the Services back; then it does so itself.',
  },
  standDownMs: { value: 1_000, unit: 'ms', about: 'Pause between two looks at whether the Lease asks the manager to stand down.' },
  stepsPerPass: {
    value: 32,
    unit: 'count',
    about: 'Writes for one service in a row. A service that still needs more waits as after a failure: two parties undo each other.',
  },
};

/** The bounds of reading and writing Intercept objects. Nobody sets them. */
export const interceptLimits: LimitTable<'objectWrites' | 'objectRetryMs' | 'objectRetryMaxMs' | 'lookupRestMs' | 'endings' | 'endingsMs'> =
  {
    objectWrites: { value: 16, unit: 'count', about: 'Writes of Intercept objects that are under way at a time; further ones wait.' },
    objectRetryMs: {
      value: 500,
      unit: 'ms',
      about: 'After which time, at random up to this and then doubling, a write of an Intercept object that failed is tried again.',
    },
    lookupRestMs: {
      value: 250,
      unit: 'ms',
      about: 'Pause between two questions to the API server for objects that an agent names and the manager does not know.',
    },
    objectRetryMaxMs: { value: 30_000, unit: 'ms', about: 'The longest wait between two tries of such a write.' },
    endings: {
      value: 1_024,
      unit: 'count',
      about: 'Intercepts that were ended lately, kept to tell their agents why; the oldest goes first.',
    },
    endingsMs: { value: 600_000, unit: 'ms', about: 'How long it is kept for an agent that was away why its intercept was ended.' },
  };
