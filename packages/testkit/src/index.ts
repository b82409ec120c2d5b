export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createMemoryPipePair, type MemoryPipeOptions } from './memory-pipe.ts';
export { plainSpec } from './plain-spec.ts';
export { recordPipe, type PipeEvent, type PipeRecord } from './record-pipe.ts';
export { pipeCompliance, type PipeComplianceOptions, type PipePair } from './compliance/pipe-compliance.ts';
export { openTestAuthority, type CertificateTerms, type IssuedCertificate, type TestAuthority } from './certificates/open-authority.ts';
export { openFakeIssuer, type FakeIssuer } from './fake-issuer.ts';
export { openEchoServer, type EchoServer } from './echo-server.ts';
export { openFaultProxy, type FaultProxy } from './fault-proxy/open.ts';
export type { Cut, Faults, Way } from './fault-proxy/faults.ts';
export { watchLeaks, type LeakWatch } from './leaks.ts';
export { until, type UntilOptions } from './until.ts';
export { createRandom, cutEveryByte, cutRandomly, type Random } from './random.ts';
export { openRawClient, type ConnectionEnd, type RawClient } from './raw-client.ts';
export {
  answerPlainly,
  openStrictOrigin,
  type OriginConnection,
  type OriginRequest,
  type OriginViolation,
  type StrictOrigin,
  type StrictOriginOptions,
} from './strict-origin.ts';
export { StrictError, type Framing, type StrictField } from './strict-message.ts';
export { parseStrictRequest, parseStrictRequestHead, type StrictRequest, type StrictRequestHead } from './strict-request.ts';
export { parseStrictResponse, type StrictResponse, type StrictResponseHead } from './strict-response.ts';
export { openFakeKubernetes, type FakeKubernetes, type FakeKubernetesOptions } from './fake-kubernetes/open.ts';
export type { FakeObject, FakeType } from './fake-kubernetes/object.ts';
export type { FakeReview, FakeUser } from './fake-kubernetes/resources.ts';
export type { FakeRefusal, FakeRequest } from './fake-kubernetes/server.ts';
export { oddServers, plainHabits, type Habits } from './reference/habits.ts';
export { readRequests, readResponses, type MessageReading, type ReadMessage, type ResponseStream } from './reference/read-messages.ts';
