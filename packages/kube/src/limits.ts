import type { LimitTable } from '@switchyard/contract';

/** The bounds of what is asked of the Kubernetes API, and of what is written there. */
export const kubeLimits: LimitTable<
  | 'callMs'
  | 'answerBytes'
  | 'eventBytes'
  | 'busyRetries'
  | 'busyWaitMs'
  | 'idleMs'
  | 'watchMs'
  | 'silentMs'
  | 'firstRetryMs'
  | 'maxRetryMs'
  | 'leaseMs'
  | 'leaseRenewMs'
  | 'leaseMarginMs'
  | 'leaseCallMs'
  | 'ownerGroups'
  | 'lifetimeMs'
> = {
  callMs: {
    value: 30_000,
    unit: 'ms',
    about:
      'How long the API server may take for an answer, credentials of a plugin included; the call fails with `cluster_unavailable` then.',
  },
  answerBytes: { value: 64 * 1024 * 1024, unit: 'bytes', about: 'One answer of the API server, such as a list; a larger one fails.' },
  eventBytes: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    about: 'One event of a watch; a larger one ends the watch, and the list is read anew.',
  },
  busyRetries: {
    value: 5,
    unit: 'count',
    about: 'How often a call is made again that the API server was too busy for (429 with Retry-After), all within `callMs`.',
  },
  busyWaitMs: { value: 5_000, unit: 'ms', about: 'The longest wait before that, whatever the server asks for.' },
  idleMs: { value: 30_000, unit: 'ms', about: 'How long a connection to the API server is kept without a call.' },
  watchMs: { value: 5 * 60_000, unit: 'ms', about: 'How long a watch goes on before it is opened anew.' },
  silentMs: {
    value: 90_000,
    unit: 'ms',
    about: 'Silence after which a watch counts as dead: API servers send a bookmark about once a minute. The list is read anew then.',
  },
  firstRetryMs: { value: 500, unit: 'ms', about: 'The first wait after the API server could not be reached; it doubles, at random below.' },
  maxRetryMs: { value: 10_000, unit: 'ms', about: 'The longest such wait.' },
  leaseMs: { value: 15_000, unit: 'ms', about: 'How long a leader that is not heard of keeps others from leading.' },
  leaseRenewMs: { value: 2_000, unit: 'ms', about: 'How often a leader renews, and how often others look.' },
  leaseMarginMs: {
    value: 3_000,
    unit: 'ms',
    about: 'How much earlier than others take its place a leader steps down that could not renew.',
  },
  leaseCallMs: { value: 4_000, unit: 'ms', about: 'How long one attempt to renew may take; the next one follows.' },
  ownerGroups: {
    value: 64,
    unit: 'count',
    about: 'Groups of a person that are written into an intercept of theirs; the rest is left out.',
  },
  lifetimeMs: {
    value: 8 * 3_600_000,
    unit: 'ms',
    about: 'The longest lifetime that an intercept asks for, as its definition has it; who wants a longer one asks for this.',
  },
};

/** The bounds of port-forwards through the Kubernetes API. */
export const forwardLimits: LimitTable<
  'openMs' | 'pingMs' | 'deadMs' | 'lingerMs' | 'frameBytes' | 'receivedFrameBytes' | 'bufferBytes' | 'refusalBytes' | 'connections'
> = {
  openMs: {
    value: 10_000,
    unit: 'ms',
    about: 'How long the API server may take to open a port-forward, credentials of a plugin included; `cluster_unavailable` then.',
  },
  pingMs: { value: 5_000, unit: 'ms', about: 'How often a port-forward is asked for a sign of life.' },
  deadMs: {
    value: 15_000,
    unit: 'ms',
    about: 'Silence after which a port-forward counts as dead: it carried nothing either way and answered nothing. `tunnel_lost` then.',
  },
  lingerMs: {
    value: 1_000,
    unit: 'ms',
    about:
      'How long the pod may go on sending after our half of a port-forward has ended. The API cannot say that one half is over, so that both are closed then.',
  },
  frameBytes: { value: 64 * 1024, unit: 'bytes', about: 'Data in one message of a port-forward that is sent.' },
  receivedFrameBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    about: 'One message of a port-forward that is received; a larger one ends it. API servers send 32 KiB.',
  },
  bufferBytes: {
    value: 256 * 1024,
    unit: 'bytes',
    about: 'Bytes of a port-forward that wait for their reader, and as many that wait to be sent; then the sender waits.',
  },
  refusalBytes: { value: 64 * 1024, unit: 'bytes', about: "What is read of an API server's reason for refusing a port-forward." },
  connections: { value: 16, unit: 'count', about: 'Connections at a time to a forward socket; further ones are closed at once.' },
};
