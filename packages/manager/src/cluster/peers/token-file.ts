import { readFile } from 'node:fs/promises';
import { InterceptError, type Clock } from '@switchyard/contract';
import { peerLimits } from '../../limits.ts';

/** The token by which this manager proves itself to its peers, as it is now. Rejects with `bad_config`. */
export type ReadToken = () => Promise<string>;

/** Reads the token from a file that somebody replaces before the token expires: the kubelet, after four fifths of its lifetime. */
export function createTokenFile(clock: Pick<Clock, 'now'>, file: string): ReadToken {
  let read: { readonly token: string; readonly atMs: number } | undefined;
  return async () => {
    if (read !== undefined && clock.now() - read.atMs < peerLimits.peerTokenAgeMs.value) return read.token;
    try {
      read = { token: (await readFile(file, 'utf8')).trim(), atMs: clock.now() };
      return read.token;
    } catch (cause) {
      throw new InterceptError('bad_config', `The token for other managers cannot be read from ${file}.`, {
        hint: 'Project a ServiceAccount token with the audience switchyard-peer into the pod, as the chart does.',
        cause,
      });
    }
  };
}
