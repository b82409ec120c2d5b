import type { LimitTable, LimitValues } from '@switchyard/contract';

/** The bounds of the data plane. */
export const routerLimits: LimitTable<
  | 'connections'
  | 'connectionsPerAddress'
  | 'turnedAway'
  | 'detectMs'
  | 'detectLineBytes'
  | 'dialTimeoutMs'
  | 'headTimeoutMs'
  | 'idleMs'
  | 'spliceIdleMs'
  | 'keyedIdleMs'
  | 'lingerMs'
  | 'halfClosedMs'
  | 'connectionsPerIntercept'
  | 'usedIntercepts'
  | 'pendingWrites'
  | 'pipelined'
  | 'keyedUpstreams'
  | 'unreadBytes'
  | 'interimResponses'
  | 'hops'
  | 'staleMs'
  | 'keyedStaleMs'
  | 'drainAcceptMs'
  | 'drainIdleMs'
> = {
  connections: { value: 8_000, unit: 'count', about: 'Client connections per port. Further ones are refused with `limit_reached`.' },
  connectionsPerAddress: {
    value: 6_000,
    unit: 'count',
    about:
      'Client connections of one address per port, so that one pod cannot take them all. Further ones are refused with `limit_reached`.',
  },
  turnedAway: {
    value: 1_000,
    unit: 'count',
    about: 'Clients beyond these two limits that are told so at a time, where they speak HTTP. Further ones are closed at once.',
  },
  detectMs: {
    value: 200,
    unit: 'ms',
    about: 'How long a silent client is waited for before its baseline is dialled, so that a server that speaks first can do so.',
  },
  detectLineBytes: {
    value: 4 * 1024,
    unit: 'bytes',
    about: 'A first line that is still no whole one then is told apart by how it begins.',
  },
  dialTimeoutMs: { value: 5_000, unit: 'ms', about: 'Opening a connection to a baseline or a direct target; then 502.' },
  headTimeoutMs: {
    value: 10_000,
    unit: 'ms',
    about: 'From the first to the last byte of a request head; then 408 and the connection closes.',
  },
  idleMs: { value: 3_600_000, unit: 'ms', about: 'Without a byte in either direction, an HTTP connection closes.' },
  spliceIdleMs: { value: 86_400_000, unit: 'ms', about: 'Without a byte in either direction, an upgraded or raw TCP connection closes.' },
  keyedIdleMs: { value: 15_000, unit: 'ms', about: "An idle connection to a developer's target closes." },
  lingerMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long a connection that we ended waits for its client to end too, so that the last answer is not lost.',
  },
  halfClosedMs: {
    value: 60_000,
    unit: 'ms',
    about: 'How long a client that ended its half waits for an answer without a byte: it may be gone for good.',
  },
  connectionsPerIntercept: {
    value: 2_000,
    unit: 'count',
    about:
      'Client connections with a connection to one target, per port: a stuck developer cannot take them all. Further requests are answered 429.',
  },
  usedIntercepts: {
    value: 10_000,
    unit: 'count',
    about: 'Intercepts whose requests and bytes are counted; for one more, the figures of the one that was counted first are forgotten.',
  },
  pendingWrites: {
    value: 256,
    unit: 'count',
    about: 'Pieces that wait for a slow peer, however small they are; then its source is paused.',
  },
  pipelined: { value: 64, unit: 'count', about: 'Unanswered requests on one client connection; then reading pauses.' },
  keyedUpstreams: {
    value: 16,
    unit: 'count',
    about: "Connections to developers' targets on behalf of one client connection; then the oldest closes.",
  },
  unreadBytes: { value: 64 * 1024, unit: 'bytes', about: 'Answers that the client has not read; then its next request waits.' },
  interimResponses: { value: 32, unit: 'count', about: '1xx responses to one request; then 502 and the connection closes.' },
  hops: { value: 8, unit: 'count', about: 'Times that one keyed request may be routed to a target, from service to service; then 508.' },
  staleMs: {
    value: 1_000,
    unit: 'ms',
    about:
      'A kept-alive connection that dies within this time of a GET, HEAD or OPTIONS was stale: the request is sent once more, on a fresh one.',
  },
  keyedStaleMs: {
    value: 5_000,
    unit: 'ms',
    about:
      "The same for a connection to a developer's target: the news of its end takes as long as the way there, and there may be a queue.",
  },
  drainAcceptMs: {
    value: 10_000,
    unit: 'ms',
    about: 'How long new connections are still accepted after a drain or the release of a port began. The standalone manager uses 0.',
  },
  drainIdleMs: {
    value: 60_000,
    unit: 'ms',
    about: 'How long connections without a request stay open after a drain or the release of a port began. The standalone manager uses 0.',
  },
};

/** The numbers of `routerLimits`, each of which a caller may override. */
export type RouterLimits = LimitValues<typeof routerLimits>;
