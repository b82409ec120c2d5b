import { connect, type LookupFunction, type Socket } from 'node:net';
import { createOnRead } from '@switchyard/runtime';

/** Where a developer's process accepts connections. Host `localhost` means 127.0.0.1, then ::1: dev servers bind either. */
export interface LocalAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, with brackets around an IPv6 host. */
export function formatLocalAddress({ host, port }: LocalAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Starts to connect; either half of the socket may end on its own. Who calls adds handlers at once and owns the socket. What the socket
 * reads goes to `onData`, and not to its event `data`.
 */
export function connectLocal({ host, port }: LocalAddress, onData: (bytes: Buffer) => void): Socket {
  const options = { host, port, allowHalfOpen: true, noDelay: true, autoSelectFamily: true, onread: createOnRead(onData) };
  return connect(host === 'localhost' ? { ...options, lookup: lookupLoopback } : options);
}

/** The resolver's answer depends on the machine; ours does not. */
const lookupLoopback: LookupFunction = (_hostname, _options, callback) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  process.nextTick(() => callback(null, addresses));
};
