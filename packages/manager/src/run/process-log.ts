import type { Log } from '@switchyard/contract';
import { createLog, type MainContext } from '@switchyard/runtime';
import type { LogSettings } from '../command-line.ts';

/** The log of the process: text where a person looks, unless the command line says otherwise. */
export function createProcessLog({ logFormat, logLevel }: LogSettings, { stderr }: Pick<MainContext, 'stderr'>): Log {
  return createLog({ name: 'switchyard-manager', level: logLevel, format: logFormat ?? (stderr.isTTY ? 'text' : 'json') });
}
