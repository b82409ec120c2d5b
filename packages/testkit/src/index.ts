export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createMemoryPipePair, type MemoryPipeOptions } from './memory-pipe.ts';
export { recordPipe, type PipeEvent, type PipeRecord } from './record-pipe.ts';
export { pipeCompliance, type PipeComplianceOptions, type PipePair } from './compliance/pipe-compliance.ts';
export { openEchoServer, type EchoServer } from './echo-server.ts';
export { watchLeaks, type LeakWatch } from './leaks.ts';
export { until, type UntilOptions } from './until.ts';
export { createRandom, cutEveryByte, cutRandomly, type Random } from './random.ts';
