/** Every bound of the tunnel. `LIMITS.md` is generated from `defaultTunnelLimits`. */
export interface TunnelLimits {
  /** Live sessions per manager. */
  readonly maxSessions: number;
  /** Intercepts that one session may hold. */
  readonly maxInterceptsPerSession: number;
  /** Pipes of one session, idle ones included. */
  readonly maxPipesPerSession: number;
  /** Idle pipes that an agent keeps open to begin with. */
  readonly firstIdlePipes: number;
  /** Idle pipes that an agent keeps open at most; the pool doubles when it runs dry. */
  readonly maxIdlePipes: number;
  /** Bytes that may be under way on a pipe to begin with, per direction. */
  readonly firstWindowBytes: number;
  /** Bytes that may be under way on a pipe at most, per direction. */
  readonly maxWindowBytes: number;
  /** Bytes that may be under way on all pipes of a session, per direction. */
  readonly sessionWindowBytes: number;
  /** How often each end says that it lives. */
  readonly heartbeatMs: number;
  /** Silence after which the other end counts as dead. */
  readonly deadMs: number;
  /** How long a new stream may take to say who it belongs to. */
  readonly helloMs: number;
  /** How long `openPipe` waits for the agent to open another pipe. */
  readonly openPipeMs: number;
  /** How long an agent waits for the manager to take its session. */
  readonly connectMs: number;
}

/** The documented defaults. */
export const defaultTunnelLimits: TunnelLimits = {
  maxSessions: 1024,
  maxInterceptsPerSession: 64,
  maxPipesPerSession: 4096,
  firstIdlePipes: 16,
  maxIdlePipes: 256,
  firstWindowBytes: 256 * 1024,
  maxWindowBytes: 8 * 1024 * 1024,
  sessionWindowBytes: 64 * 1024 * 1024,
  heartbeatMs: 5_000,
  deadMs: 15_000,
  helloMs: 5_000,
  openPipeMs: 5_000,
  connectMs: 3_000,
};
