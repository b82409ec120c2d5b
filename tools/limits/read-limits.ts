import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LimitTable } from '@switchyard/contract';

/** The limits that one package enforces. */
export interface PackageLimits {
  /** The package's name, as that of its folder. */
  readonly name: string;
  readonly tables: readonly LimitTable[];
}

/** Every table that a `packages/NAME/src/limits.ts` below `root` exports, by the names of the packages. */
export async function readLimits(root: string): Promise<readonly PackageLimits[]> {
  const paths: string[] = [];
  for await (const path of glob('packages/*/src/limits.ts', { cwd: root })) paths.push(path);
  return Promise.all(
    paths.toSorted().map(async (path) => {
      const exported: Record<string, unknown> = await import(pathToFileURL(join(root, path)).href);
      return { name: path.split(/[\\/]/)[1] ?? path, tables: Object.values(exported).filter(isLimitTable) };
    }),
  );
}

function isLimitTable(value: unknown): value is LimitTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((row) => typeof row === 'object' && row !== null && 'value' in row && 'unit' in row && 'about' in row)
  );
}
