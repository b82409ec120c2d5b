export { abortSocket } from './abort-socket.ts';
export { createBackoff, type Backoff, type BackoffOptions } from './backoff.ts';
export { listen } from './listen.ts';
export { createLog, logFormats, logLevels, type LogDestination, type LogFormat, type LogLevel, type LogOptions } from './log.ts';
export { runMain, type MainContext } from './main.ts';
export { createMetrics, type RenderedMetrics } from './metrics.ts';
export { onExit } from './on-exit.ts';
export { sleep, toAbortError } from './sleep.ts';
export { createSystemClock } from './system-clock.ts';
