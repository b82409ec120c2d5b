import type { SocketAddress } from './dial/dial-socket.ts';

/**
 * Where the baseline of a port is: an address, or one picked for the client by its IP address. A pick is asked for at each dial and may
 * change its mind; undefined: nothing is ready.
 */
export type Baseline = SocketAddress | ((clientAddress: string) => SocketAddress | undefined);
