import type { LimitTable, LimitValues } from '@switchyard/contract';

/** Every bound of the tunnel. The manager's count; an agent learns those of its pool from the welcome. */
export const tunnelLimits: LimitTable<
  | 'maxSessions'
  | 'maxInterceptsPerSession'
  | 'maxPipesPerSession'
  | 'firstIdlePipes'
  | 'maxIdlePipes'
  | 'firstWindowBytes'
  | 'maxWindowBytes'
  | 'sessionWindowBytes'
  | 'heartbeatMs'
  | 'deadMs'
  | 'helloMs'
  | 'connectionProofMs'
  | 'openPipeMs'
  | 'resumeMs'
  | 'connectMs'
> = {
  maxSessions: { value: 1024, unit: 'count', about: 'Live sessions of a manager; the next agent is refused with `limit_reached`.' },
  maxInterceptsPerSession: { value: 64, unit: 'count', about: 'Intercepts of one session; the next is refused with `limit_reached`.' },
  maxPipesPerSession: {
    value: 4096,
    unit: 'count',
    about: 'Connections that one session carries at a time, idle pipes included; the next is refused with `limit_reached`.',
  },
  firstIdlePipes: { value: 16, unit: 'count', about: 'Pipes that an agent opens before they are needed.' },
  maxIdlePipes: { value: 64, unit: 'count', about: 'Pipes that an agent keeps open at most for later; the pool doubles when it runs dry.' },
  firstWindowBytes: { value: 256 * 1024, unit: 'bytes', about: 'Bytes under way on a new pipe, per direction; then the sender waits.' },
  maxWindowBytes: { value: 8 * 1024 * 1024, unit: 'bytes', about: 'Bytes under way on a busy pipe, per direction; then the sender waits.' },
  sessionWindowBytes: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    about: 'Bytes under way on all pipes of a session, per direction; windows grow no further then.',
  },
  heartbeatMs: { value: 5_000, unit: 'ms', about: 'How often each end of a session says that it lives.' },
  deadMs: { value: 15_000, unit: 'ms', about: 'Silence after which the other end counts as dead and the session as lost.' },
  helloMs: { value: 5_000, unit: 'ms', about: 'How long a new stream may take to say whose it is; it is closed then.' },
  connectionProofMs: {
    value: 30_000,
    unit: 'ms',
    about: 'How long a connection may be open without a session, as those of commands are; it is broken then.',
  },
  openPipeMs: { value: 5_000, unit: 'ms', about: 'How long a connection waits for a pipe when the pool is dry; `limit_reached` then.' },
  resumeMs: {
    value: 10_000,
    unit: 'ms',
    about:
      'How long an agent keeps the connections of a broken session to go on with them; `tunnel_lost` then. A manager keeps them as long as it holds requests.',
  },
  connectMs: { value: 3_000, unit: 'ms', about: 'How long an agent or a command waits for a manager; `manager_unreachable` then.' },
};

/** The bounds as plain numbers. */
export type TunnelLimits = LimitValues<typeof tunnelLimits>;

/** The bounds that are the same in every manager and agent: nobody sets them. */
export const fixedTunnelLimits: LimitTable<
  | 'messageBytes'
  | 'messagesPerTurn'
  | 'http2FrameBytes'
  | 'http2HeadBytes'
  | 'http2HeadFrames'
  | 'http2OutBytes'
  | 'http2ReplyBytes'
  | 'http2CloseMs'
  | 'http2TableBytes'
  | 'stopMs'
  | 'strangerConnections'
  | 'strangerStreams'
  | 'strangerResets'
  | 'controlBytes'
  | 'answerBytes'
  | 'http2WindowBytes'
  | 'writeHighBytes'
  | 'writeLowBytes'
  | 'keptBytes'
  | 'openRequests'
  | 'unreadMessages'
  | 'keptEvents'
  | 'goodbyeMs'
  | 'carryAgainMs'
  | 'probeMs'
  | 'eventBeatMs'
  | 'unreadEvents'
  | 'unreadEventBytes'
  | 'tlsHandshakeMs'
  | 'webSocketHighBytes'
  | 'webSocketFragments'
  | 'webSocketChunks'
  | 'webSocketPingMs'
  | 'webSocketCloseMs'
  | 'http1HeadBytes'
  | 'http1Fields'
  | 'http1HeadMs'
  | 'http1RequestMs'
  | 'http1IdleMs'
  | 'http1LifetimeMs'
  | 'http1Requests'
  | 'http1Unanswered'
> = {
  messageBytes: { value: 72 * 1024, unit: 'bytes', about: 'One message of the tunnel that an end takes; a larger one ends its stream.' },
  messagesPerTurn: {
    value: 64,
    unit: 'count',
    about:
      'Messages of one connection, and frames of HTTP/2 without one, that an end handles before it turns to others; it reads no more of it until the next turn of its event loop.',
  },
  http2FrameBytes: {
    value: 80 * 1024,
    unit: 'bytes',
    about: 'One frame of HTTP/2 that an end takes: a full message of the tunnel, and more.',
  },
  http2HeadBytes: { value: 16 * 1024, unit: 'bytes', about: 'The head of one call, coded and decoded; a larger one ends the connection.' },
  http2HeadFrames: { value: 8, unit: 'count', about: 'Frames that the head of one call may come in; more end the connection.' },
  http2OutBytes: {
    value: 256 * 1024,
    unit: 'bytes',
    about: 'Bytes that wait before the socket of a connection; then its pipes wait, and what is urgent goes before them.',
  },
  http2ReplyBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    about:
      'Bytes that wait before a socket when the other end asks for one more answer: a pong, or a stream; the connection is ended then.',
  },
  http2TableBytes: {
    value: 4096,
    unit: 'bytes',
    about: 'What the other end may let a connection remember of heads (RFC 7541); who asks for more loses it.',
  },
  stopMs: { value: 500, unit: 'ms', about: 'How long connections may take to end in order when a manager stops; they are broken then.' },
  http2CloseMs: { value: 500, unit: 'ms', about: 'How long a connection that is closed may take to send what is left.' },
  strangerConnections: {
    value: 1024,
    unit: 'count',
    about: 'Connections without a session, as those of commands are; for one more, the oldest of the address that has most is broken.',
  },
  strangerStreams: {
    value: 16,
    unit: 'count',
    about: 'Streams of a connection while it has no session; further ones wait at the caller, or are refused.',
  },
  strangerResets: {
    value: 64,
    unit: 'count',
    about: 'Streams of a connection without a session that are reset or refused in all; one more ends the connection.',
  },
  controlBytes: {
    value: 16 * 1024,
    unit: 'bytes',
    about: 'One message on a control stream of an agent; a larger one ends the session with `protocol_violation`.',
  },
  answerBytes: {
    value: 16 * 1024 * 1024,
    unit: 'bytes',
    about: 'One answer of the API: a list of very many intercepts. A larger one fails.',
  },
  http2WindowBytes: {
    value: 16 * 1024 * 1024,
    unit: 'bytes',
    about:
      "HTTP/2's windows of a connection and of each stream. They never fill, as both ends always read: the windows of pipes bound what waits.",
  },
  writeHighBytes: { value: 64 * 1024, unit: 'bytes', about: 'Bytes that wait for credit of a pipe before their source is told to pause.' },
  writeLowBytes: { value: 16 * 1024, unit: 'bytes', about: 'How few of them are left when the source goes on.' },
  keptBytes: {
    value: 128 * 1024 * 1024,
    unit: 'bytes',
    about:
      'What a manager keeps for all sessions together of what it sent and no agent acknowledged; of a pipe that would need more nothing is kept, and it ends with its stream.',
  },
  openRequests: {
    value: 128,
    unit: 'count',
    about: 'Unanswered requests of one agent; one more ends its session with `protocol_violation`.',
  },
  unreadMessages: { value: 1024, unit: 'count', about: 'Control messages that an agent has not read; then its session is lost.' },
  keptEvents: {
    value: 64,
    unit: 'count',
    about: 'Events that an agent keeps while nobody listens for them yet; further ones are dropped.',
  },
  goodbyeMs: { value: 1_000, unit: 'ms', about: 'How long an agent that leaves waits for the manager to confirm it.' },
  carryAgainMs: {
    value: 500,
    unit: 'ms',
    about: 'How long an agent waits before it opens a new stream for a pipe whose stream alone was lost.',
  },
  tlsHandshakeMs: {
    value: 5_000,
    unit: 'ms',
    about: 'How long the TLS handshake of a connection to a manager may take; it is closed then.',
  },
  webSocketHighBytes: {
    value: 256 * 1024,
    unit: 'bytes',
    about: 'Bytes that wait for the network in a WebSocket before its pipe sends no more; it goes on when half of them are left.',
  },
  webSocketFragments: {
    value: 64,
    unit: 'count',
    about: 'Frames that a message of a WebSocket may come in, which proxies may cut; more end its stream.',
  },
  webSocketChunks: {
    value: 1_024,
    unit: 'count',
    about: 'Reads that a frame of a WebSocket may come in; more end its stream.',
  },
  webSocketPingMs: {
    value: 20_000,
    unit: 'ms',
    about: 'How often an agent pings each WebSocket, so that nothing on the way takes it for unused.',
  },
  webSocketCloseMs: { value: 2_000, unit: 'ms', about: 'How long the end of a WebSocket may take until its connection is broken.' },
  probeMs: { value: 1_000, unit: 'ms', about: 'How long the search may take for the reason why a manager cannot be reached.' },
  eventBeatMs: {
    value: 10_000,
    unit: 'ms',
    about: 'How often a stream of events says that it lives; a reader gives up after three times that.',
  },
  unreadEvents: {
    value: 1_000,
    unit: 'count',
    about: 'Events that a reader of the stream has not taken: more than a manager remembers; it is dropped then.',
  },
  unreadEventBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    about: 'Events that a reader over HTTP/1.1 has not taken; it is dropped then.',
  },
  http1HeadBytes: { value: 16 * 1024, unit: 'bytes', about: "Head of an HTTP/1.1 request to the manager's port; 431 for a larger one." },
  http1Fields: { value: 100, unit: 'count', about: "Header fields of a request to the manager's port; 431 for more." },
  http1HeadMs: { value: 5_000, unit: 'ms', about: "How long the head of a request to the manager's port may take; 408 then." },
  http1RequestMs: { value: 10_000, unit: 'ms', about: "How long a whole request to the manager's port may take; 408 then." },
  http1IdleMs: { value: 5_000, unit: 'ms', about: "How long an HTTP/1.1 connection to the manager's port may wait for its next request." },
  http1LifetimeMs: {
    value: 20_000,
    unit: 'ms',
    about: "After which time an answer on the manager's port is the last one of its HTTP/1.1 connection.",
  },
  http1Unanswered: {
    value: 16,
    unit: 'count',
    about: "Requests of one HTTP/1.1 connection to the manager's port whose answers wait; one more breaks it.",
  },
  http1Requests: {
    value: 1_000,
    unit: 'count',
    about:
      "Requests of one HTTP/1.1 connection to the manager's port; the last answer asks for its end, and 503 answers what is sent beyond.",
  },
};
