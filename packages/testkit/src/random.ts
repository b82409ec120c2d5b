/** Numbers in [0, 1) that a seed decides, so that a failing run can be repeated. */
export type Random = () => number;

/** A small seeded generator (mulberry32): good enough to choose cuts and keys, for nothing else. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `bytes` in at most `maxPieces` pieces of random lengths, none empty: joined they are the same. */
export function cutRandomly(bytes: Buffer, random: Random, maxPieces = 8): Buffer[] {
  const cuts = new Set<number>();
  const wanted = Math.floor(random() * maxPieces);
  for (let i = 0; i < wanted && bytes.length > 1; i++) cuts.add(1 + Math.floor(random() * (bytes.length - 1)));
  return cutAt(bytes, [...cuts]);
}

/** One piece per byte. */
export function cutEveryByte(bytes: Buffer): Buffer[] {
  return cutAt(
    bytes,
    Array.from({ length: Math.max(0, bytes.length - 1) }, (_, index) => index + 1),
  );
}

function cutAt(bytes: Buffer, cuts: number[]): Buffer[] {
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  const pieces: Buffer[] = [];
  for (const [index, edge] of edges.entries()) {
    const next = edges[index + 1];
    if (next !== undefined && next > edge) pieces.push(bytes.subarray(edge, next));
  }
  return pieces;
}
