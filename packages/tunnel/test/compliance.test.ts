import { openFaultProxy, pipeCompliance, watchLeaks, type Faults } from '@switchyard/testkit';
import type { CarrierName } from '../src/index.ts';
import { carriers, openTunnel } from './manager.ts';

/** A pair of pipes on `carrier`, over a line with `faults`. */
async function openPair(carrier: CarrierName, faults: Faults | undefined) {
  const leaks = watchLeaks();
  const stack = new AsyncDisposableStack();
  const via = async (url: URL): Promise<URL> => {
    if (faults === undefined) return url;
    const line = stack.use(await openFaultProxy(Number(url.port), faults));
    return new URL(`http://127.0.0.1:${line.port}`);
  };
  const tunnel = stack.use(await openTunnel({ carrier, via, limits: { firstIdlePipes: 1 } }));
  const { near, far } = await tunnel.open();
  return {
    a: near,
    b: far,
    async close() {
      await stack.disposeAsync();
      await leaks.expectNone();
    },
  };
}

for (const carrier of carriers) {
  pipeCompliance(`${carrier} pipe`, () => openPair(carrier, undefined));
  // Handshakes, heads and the first frames of each connection begin byte by byte, all that follows comes in odd pieces.
  pipeCompliance(`${carrier} pipe over a bad line`, () =>
    openPair(carrier, { delayMs: 1, pieceBytes: (sent) => (sent < 300 ? 1 : 65_521) }),
  );
}
