import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A function and its own share of the sampled time, callees not included. */
export interface HotSpot {
  readonly name: string;
  readonly place: string;
  readonly share: number;
}

/** The part of V8's `.cpuprofile` that is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The profiles in `folder` by file name, each with its `count` hottest functions; waiting does not count. */
export function readHotSpots(folder: string, count: number): ReadonlyMap<string, readonly HotSpot[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'));
  return new Map(
    files.map((file) => [file, toHotSpots(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile).slice(0, count)]),
  );
}

function toHotSpots({ nodes, samples, timeDeltas }: CpuProfile): readonly HotSpot[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const micros = new Map<string, { readonly name: string; readonly place: string; own: number }>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const place = frame.url === '' ? '' : `${toPath(frame.url)}:${frame.lineNumber + 1}`;
    const entry = micros.get(`${frame.functionName} ${place}`) ?? { name: frame.functionName || '(anonymous)', place, own: 0 };
    entry.own += timeDeltas[index] ?? 0;
    total += timeDeltas[index] ?? 0;
    micros.set(`${frame.functionName} ${place}`, entry);
  }
  return [...micros.values()].toSorted((a, b) => b.own - a.own).map(({ name, place, own }) => ({ name, place, share: own / total }));
}

function toPath(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url).split('/').slice(-3).join('/') : url;
}
