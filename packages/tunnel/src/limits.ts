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
  | 'openPipeMs'
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
  openPipeMs: { value: 5_000, unit: 'ms', about: 'How long a connection waits for a pipe when the pool is dry; `limit_reached` then.' },
  connectMs: { value: 3_000, unit: 'ms', about: 'How long an agent or a command waits for a manager; `manager_unreachable` then.' },
};

/** The bounds as plain numbers. */
export type TunnelLimits = LimitValues<typeof tunnelLimits>;
