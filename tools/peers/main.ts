// Sends the request vectors through other proxies: `node tools/peers/main.ts [--write]` prints the page, or saves it as docs/peers.md.
import { writeFileSync } from 'node:fs';
import { httpProxyPeer, httpxyPeer } from '../../test/peers/node-peers.ts';
import type { Peer } from '../../test/peers/peer.ts';
import { openPeerOrigins, type PeerVerdict } from '../../test/peers/try-vector.ts';
import { requestVectors } from '../../test/vectors/requests/index.ts';
import { findInstalledPeers } from './installed-peers.ts';
import { toPeersPage, type PeerResult } from './report.ts';

/** What one of the Node.js proxies threw where nobody could catch it: its process would have ended. */
let uncaught: unknown;
process.on('uncaughtException', (error) => {
  uncaught = error;
});

async function tryPeer(peer: Peer): Promise<PeerResult> {
  await using origins = await openPeerOrigins();
  await using open = await peer.open(origins.ports);
  const verdicts: { readonly vector: string; readonly verdict: PeerVerdict }[] = [];
  for (const vector of Object.values(requestVectors).flat()) {
    uncaught = undefined;
    const verdict = await origins.tryVector(vector, open.port);
    const ended: PeerVerdict = { t: 'wrong', why: `it ends the process: ${String(uncaught)}` };
    verdicts.push({ vector: vector.name, verdict: uncaught === undefined ? verdict : ended });
  }
  return { name: peer.name, verdicts };
}

const results: PeerResult[] = [];
for (const peer of [httpProxyPeer, httpxyPeer, ...findInstalledPeers()]) results.push(await tryPeer(peer));
const page = toPeersPage(results);
if (process.argv.includes('--write')) writeFileSync(new URL('../../docs/peers.md', import.meta.url), page);
else console.log(page);
