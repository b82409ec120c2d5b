import { createRandom, cutEveryByte, cutRandomly } from '@switchyard/testkit';

/** Above this, a write per byte only costs time. */
const everyByteLimit = 3000;

/** The ways in which `bytes` are cut into writes: the outcome of a vector must be the same for each. */
export function cutsOf(bytes: Buffer, seed: number): Readonly<Record<string, readonly Buffer[]>> {
  const random = createRandom(seed);
  return {
    whole: [bytes],
    'cut at random': cutRandomly(bytes, random),
    ...(bytes.length <= everyByteLimit ? { 'byte by byte': cutEveryByte(bytes) } : {}),
  };
}
