export { dialSocket, type DialOptions, type SocketAddress } from './dial/dial-socket.ts';
export { routerLimits, type RouterLimits } from './limits.ts';
export { openRouter, type RoutedPort, type Router, type RouterDeps } from './router.ts';
