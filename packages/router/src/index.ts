export type { Baseline } from './baseline.ts';
export { dialSocket, type DialOptions, type SocketAddress } from './dial/dial-socket.ts';
export { routerLimits, type RouterLimits } from './limits.ts';
export { pickByClient } from './pick-by-client.ts';
export { createPipeRelay, type PipeRelay, type PipeRelayDeps } from './pipe-relay.ts';
export type { OpenPort, Released, RoutedPort } from './routed-port.ts';
export { openRouter, type Router, type RouterDeps } from './router.ts';
export type { Usage, UsageReader } from './usage-book.ts';
