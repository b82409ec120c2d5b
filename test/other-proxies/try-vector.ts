import { setTimeout as delay } from 'node:timers/promises';
import {
  openRawClient,
  oddServers,
  openStrictOrigin,
  plainHabits,
  readRequests,
  type OriginConnection,
  type RawClient,
  type StrictOrigin,
} from '@switchyard/testkit';
import { readRequestsWithNode } from '../fuzz/oracles/node-parser.ts';
import { parseOutcome, type RequestVector, type Side } from '../vectors/request-vector.ts';

/** What a proxy did with a vector. */
export type ProxyVerdict =
  /** What goes on is what we send on: the same requests to the same sides. */
  | { readonly t: 'as we do' }
  /** It refuses, or loses, what we pass. */
  | { readonly t: 'refused' }
  /** It sends on what we refuse, in a form that has one reading. */
  | { readonly t: 'repaired' }
  /** What goes on has two readings, or reaches a side that it must not. */
  | { readonly t: 'wrong'; readonly why: string };

const sides: readonly Side[] = ['baseline', 'alice', 'bob'];
/** Without a byte anywhere for so long after an answer, nothing more is expected. */
const quietMs = 30;
const longestMs = 1000;

/** The origins behind a proxy, which record what comes. */
export interface Origins extends AsyncDisposable {
  readonly ports: Readonly<Record<Side, number>>;
  /** Sends a vector through the proxy at `port` and judges what arrived. */
  tryVector(vector: RequestVector, port: number): Promise<ProxyVerdict>;
}

/** Opens the origins. The caller disposes them. */
export async function openOrigins(): Promise<Origins> {
  await using scope = new AsyncDisposableStack();
  const streams = new Map<OriginConnection, { readonly side: Side; readonly pieces: Buffer[] }>();
  const open = async (side: Side): Promise<StrictOrigin> =>
    scope.use(
      await openStrictOrigin({
        name: side,
        onConnection(connection) {
          const pieces: Buffer[] = [];
          streams.set(connection, { side, pieces });
          connection.socket.on('data', (bytes) => void pieces.push(bytes));
        },
      }),
    );
  const origins = { baseline: await open('baseline'), alice: await open('alice'), bob: await open('bob') };
  const owned = scope.move();
  const countBytes = (): number => [...streams.values()].flatMap(({ pieces }) => pieces).reduce((sum, { length }) => sum + length, 0);
  // What a proxy still sends for an earlier vector must not be taken for this one's.
  const forgetAll = async (): Promise<void> => {
    await delay(quietMs);
    for (const side of sides) origins[side].destroyConnections();
    await delay(1);
    streams.clear();
  };
  return {
    ports: { baseline: origins.baseline.port, alice: origins.alice.port, bob: origins.bob.port },
    async tryVector(vector, port) {
      await forgetAll();
      await using client = await openRawClient(port);
      client.send(vector.send);
      await untilQuiet(client, countBytes);
      return toVerdict(
        vector,
        [...streams.values()]
          .map(({ side, pieces }) => ({ side, stream: Buffer.concat(pieces) }))
          .filter(({ stream }) => stream.length > 0),
      );
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Waits for an answer or the end, then for quiet. */
async function untilQuiet(client: RawClient, arrivedBytes: () => number): Promise<void> {
  const begin = performance.now();
  for (let last = -1; performance.now() - begin < longestMs;) {
    await delay(quietMs);
    const now = arrivedBytes() + client.receivedBytes;
    if (now === last && (client.receivedBytes > 0 || client.ended !== undefined)) return;
    last = now;
  }
}

function toVerdict(vector: RequestVector, arrived: readonly { readonly side: Side; readonly stream: Buffer }[]): ProxyVerdict {
  const { reaches, after } = parseOutcome(vector.outcome);
  const isPassed = after.t === 'open' || after.t === 'closed';
  const seen: { readonly side: Side; readonly target: string }[] = [];
  for (const { side, stream } of arrived) {
    const readings = readingsOf(stream);
    if (readings.length > 1) return { t: 'wrong', why: `servers read ${readings.join(', or ')}` };
    for (const { whole, startLine } of readRequests(stream).messages) if (whole) seen.push({ side, target: startLine[1] });
  }
  const hidden = seen.find(({ target }) => target === '/hidden');
  if (isPassed && hidden !== undefined && !reaches.includes('bob')) return { t: 'wrong', why: `the hidden request reaches ${hidden.side}` };
  const strayed = isPassed ? findStrayed(reaches, seen) : undefined;
  if (strayed !== undefined) return { t: 'wrong', why: `a request of ${reaches.join(', ')} reaches ${strayed.side}` };
  if (seen.length > reaches.length)
    return isPassed ? { t: 'wrong', why: `${reaches.length} requests become ${seen.length}` } : { t: 'repaired' };
  return { t: seen.length < reaches.length ? 'refused' : 'as we do' };
}

/** What the servers that take it for requests take it for, without repetition. */
function readingsOf(stream: Buffer): string[] {
  const all = new Set<string>();
  for (const habits of [plainHabits, ...Object.values(oddServers)]) {
    const { messages, rest } = readRequests(stream, habits);
    if (typeof rest !== 'object')
      all.add(JSON.stringify(messages.map(({ startLine: [method, target], body, whole }) => [method, target, body, whole])));
  }
  const { messages, error } = readRequestsWithNode(stream);
  if (error === undefined) all.add(JSON.stringify(messages.map(({ startLine, body, whole }) => [...startLine.split(' '), body, whole])));
  return [...all];
}

/** The first request that reached another side than it must, as far as all of them arrived. */
function findStrayed<T extends { readonly side: Side }>(reaches: readonly Side[], seen: readonly T[]): T | undefined {
  const wanted = reaches.toSorted();
  const found = seen.toSorted((a, b) => (a.side < b.side ? -1 : 1));
  return (
    found.find(({ side }, index) => seen.length === reaches.length && side !== wanted[index]) ??
    seen.find(({ side }) => !reaches.includes(side))
  );
}
