import type { LimitTable } from '@switchyard/contract';

/** The bounds of verifying tokens. Nobody sets them. */
export const authLimits: LimitTable<'keySetAgeMs' | 'keySetRestMs' | 'keySetMs' | 'tokenToleranceMs' | 'tokenLifetimeMs'> = {
  keySetAgeMs: {
    value: 10 * 60_000,
    unit: 'ms',
    about: 'After which time the keys of an issuer of tokens are fetched again. Where that fails, the old ones stay.',
  },
  keySetRestMs: {
    value: 10_000,
    unit: 'ms',
    about: 'Least time between two fetches of them, however many tokens have an unknown key.',
  },
  keySetMs: { value: 5_000, unit: 'ms', about: 'How long an issuer may take to answer such a fetch.' },
  tokenToleranceMs: { value: 10_000, unit: 'ms', about: 'How far the clock of an issuer of tokens may be from that of the manager.' },
  tokenLifetimeMs: {
    value: 24 * 3_600_000,
    unit: 'ms',
    about: 'The longest lifetime of a ServiceAccount token that is taken; one that was made for longer is refused with `not_signed_in`.',
  },
};

/** The bounds of the audit trail and of Kubernetes Events. Nobody sets them. */
export const auditLimits: LimitTable<
  | 'auditTextChars'
  | 'auditMessageChars'
  | 'auditGroups'
  | 'refusalBurst'
  | 'refusalsPerSecond'
  | 'refusalHolders'
  | 'otlpQueue'
  | 'otlpBatch'
  | 'otlpDelayMs'
  | 'otlpTimeoutMs'
  | 'otlpFlushMs'
  | 'endKeptMs'
  | 'eventRestMs'
  | 'eventsRemembered'
  | 'eventsWaiting'
> = {
  auditTextChars: { value: 256, unit: 'count', about: 'Characters of a name in an audit record; a longer one is cut.' },
  auditMessageChars: { value: 1_024, unit: 'count', about: 'Characters of the sentence in an audit record; a longer one is cut.' },
  auditGroups: { value: 64, unit: 'count', about: 'Groups of a user in an audit record; further ones are left out.' },
  refusalBurst: {
    value: 100,
    unit: 'count',
    about: 'Refusals of one address, or of one user where there is none, that are recorded at once; further ones are only counted.',
  },
  refusalsPerSecond: { value: 1, unit: 'count', about: 'Recorded refusals per second that are given back to an address.' },
  refusalHolders: {
    value: 4_096,
    unit: 'count',
    about: 'Addresses whose refusals are counted; for one more, the one that was refused longest ago is forgotten.',
  },
  otlpQueue: {
    value: 4_096,
    unit: 'count',
    about: 'Audit records that wait for a collector, those that are on their way to it included; one more is dropped, and counted.',
  },
  otlpBatch: { value: 256, unit: 'count', about: 'Audit records in one request to a collector.' },
  otlpDelayMs: { value: 1_000, unit: 'ms', about: 'How long an audit record waits for others before it goes to a collector.' },
  otlpTimeoutMs: {
    value: 20_000,
    unit: 'ms',
    about:
      'How long a batch of audit records is tried again with a collector that is away or busy; then its records are given up, and counted.',
  },
  otlpFlushMs: { value: 5_000, unit: 'ms', about: 'How long a manager that stops waits for a collector to take the last audit records.' },
  endKeptMs: {
    value: 20_000,
    unit: 'ms',
    about: 'How long a manager that does not lead keeps the ends of intercepts that it saw, to record them if it leads by then.',
  },
  eventRestMs: { value: 60_000, unit: 'ms', about: 'Pause between two Kubernetes Events of one reason about one object.' },
  eventsRemembered: {
    value: 4_096,
    unit: 'count',
    about: 'Events whose time is remembered for that pause; for one more, the oldest is forgotten.',
  },
  eventsWaiting: { value: 64, unit: 'count', about: 'Kubernetes Events that wait to be written; one more is left out.' },
};

/** The bounds of looking up what owners may do. Nobody sets them. */
export const rightLimits: LimitTable<'rightRecheckMs' | 'rightReviews' | 'rightRestMs'> = {
  rightRecheckMs: {
    value: 30_000,
    unit: 'ms',
    about: 'How often the API server is asked whether an owner may still intercept a service; the intercepts of one who may not end.',
  },
  rightReviews: { value: 8, unit: 'count', about: 'Such questions that are under way at a time; further ones wait.' },
  rightRestMs: {
    value: 5_000,
    unit: 'ms',
    about: 'After which time such a question is asked again that was not answered. What was known last stands meanwhile.',
  },
};

/** The bounds of connections between the managers of a namespace. Nobody sets them. */
export const peerLimits: LimitTable<
  | 'peerHeadBytes'
  | 'peerHeadMs'
  | 'peerWaiting'
  | 'hopsPerPeer'
  | 'hopConnectMs'
  | 'hopAnswerMs'
  | 'hopRetryMs'
  | 'hopOutageMs'
  | 'peerTokens'
  | 'peerTokenAgeMs'
> = {
  peerHeadBytes: {
    value: 8 * 1024,
    unit: 'bytes',
    about: 'Head of a request or an answer between managers; the connection closes at a longer one.',
  },
  peerHeadMs: {
    value: 2_000,
    unit: 'ms',
    about: 'How long whoever connects to the port for managers may take for the head of the request.',
  },
  peerWaiting: {
    value: 512,
    unit: 'count',
    about:
      'Connections to the port for managers on which nobody has proven who they are; for one more, the oldest of the address that has most is closed.',
  },
  hopsPerPeer: { value: 4_096, unit: 'count', about: 'Connections of one other manager to sessions of this one; `limit_reached` then.' },
  hopConnectMs: { value: 1_000, unit: 'ms', about: 'How long another manager may take to accept a connection; it counts as away then.' },
  hopAnswerMs: { value: 6_000, unit: 'ms', about: 'How long another manager may take to open a connection to a session that it has.' },
  hopRetryMs: {
    value: 250,
    unit: 'ms',
    about:
      'After which time another manager that was not reached, or did not have the session, is asked again for connections that are held.',
  },
  hopOutageMs: {
    value: 15_000,
    unit: 'ms',
    about:
      'Attempts to reach another manager that fail with no more time than this between them count as one outage, whose first one the hold begins with.',
  },
  peerTokens: {
    value: 64,
    unit: 'count',
    about: 'Verified tokens of other managers that are remembered; the oldest is forgotten for one more.',
  },
  peerTokenAgeMs: { value: 60_000, unit: 'ms', about: 'After which time a manager reads its own token again, which the kubelet replaces.' },
};
