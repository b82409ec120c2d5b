import type { TestProject } from 'vitest/node';
import { openPreviousVersion } from './previous-version.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the version before this one. */
    readonly previousFolder: string;
  }
}

/** Unpacks the previous version once for all files, and removes it behind them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const previous = await openPreviousVersion();
  project.provide('previousFolder', previous.folder);
  return async () => previous[Symbol.asyncDispose]();
}
