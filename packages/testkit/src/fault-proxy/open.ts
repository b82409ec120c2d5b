import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { toPort } from '../echo-server.ts';
import type { Cut, Faults, Way } from './faults.ts';
import { openFaultyWay, type FaultyWay } from './faulty-way.ts';

/** A line to a server of this machine that fails as a test says. Without faults it passes everything on, half by half. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** From now on it does this, and nothing else, to all connections. */
  set(faults: Faults): void;
  /** Ends every connection, towards both ends. New ones are still taken. Default `reset`. */
  cut(how?: Cut): void;
  /** Ends one half of every connection; the other half goes on. */
  endHalf(way: Way): void;
}

interface Line {
  readonly near: Socket;
  readonly far: Socket;
  readonly ways: Readonly<Record<Way, FaultyWay>>;
}

/**
 * Opens a fault proxy on a free port of 127.0.0.1 before the server at port `to`. The caller disposes it, which also breaks its
 * connections.
 */
export async function openFaultProxy(to: number, first: Faults = {}): Promise<FaultProxy> {
  let faults = first;
  const lines = new Set<Line>();
  const cutLine = ({ near, far }: Line, how: Cut): void => {
    for (const socket of [near, far]) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroySoon();
    }
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    near.on('error', () => {});
    if (faults.refusing === true) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const cut = (): void => cutLine(line, 'reset');
    const line: Line = {
      near,
      far,
      ways: { up: openFaultyWay('up', near, far, () => faults, cut), down: openFaultyWay('down', far, near, () => faults, cut) },
    };
    lines.add(line);
    // What is refused or broken there is broken here.
    far.on('error', () => void near.resetAndDestroy());
    near.on('error', () => void far.resetAndDestroy());
    near.on('close', () => lines.delete(line));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: toPort(server.address()),
    get connections() {
      return lines.size;
    },
    set(next) {
      faults = next;
      for (const { ways } of lines) {
        ways.up.wake();
        ways.down.wake();
      }
    },
    cut(how = 'reset') {
      for (const line of lines) cutLine(line, how);
    },
    endHalf(way) {
      for (const { ways } of lines) ways[way].end();
    },
    async [Symbol.asyncDispose]() {
      for (const { near, far } of lines) {
        near.destroy();
        far.destroy();
      }
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
