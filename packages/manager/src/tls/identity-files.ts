import { InterceptError, type Clock, type Log, type Timer } from '@switchyard/contract';
import type { ServerIdentity } from '@switchyard/tunnel';
import { readFile } from 'node:fs/promises';
import type { TlsFiles } from '../config/manager-config.ts';
import { fixedManagerLimits } from '../limits.ts';

/** What the files hold. Rejects with `bad_config` where one cannot be read. */
export async function readIdentity({ certFile, keyFile, clientCaFile }: TlsFiles): Promise<ServerIdentity> {
  const [cert, key, clientCa] = await Promise.all([
    readPem(certFile),
    readPem(keyFile),
    clientCaFile === undefined ? undefined : readPem(clientCaFile),
  ]);
  return { cert, key, clientCa };
}

/**
 * Looks every `certificateCheckMs` whether the files hold something else, and lets `renew` have it. What cannot be read or used is logged
 * once and the old certificate stays: files that are replaced one after the other fit again a moment later. Looking, as a mounted Secret
 * changes by links that no watch tells of.
 */
export function watchIdentity(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  files: TlsFiles,
  first: ServerIdentity,
  renew: (identity: ServerIdentity) => void,
): Disposable {
  let seen = toText(first);
  let stopped = false;
  let timer: Timer;
  const look = async (): Promise<void> => {
    const found = await readIdentity(files).catch((reason: unknown) => InterceptError.from(reason));
    const text = found instanceof InterceptError ? found.message : toText(found);
    if (stopped || text === seen) return;
    seen = text;
    try {
      if (found instanceof InterceptError) throw found;
      renew(found);
      log.info('certificate_renewed', { file: files.certFile });
    } catch (reason) {
      log.warn('certificate_not_renewed', { file: files.certFile, reason: InterceptError.from(reason).message });
    }
  };
  const wait = (): void => {
    timer = clock.after(fixedManagerLimits.certificateCheckMs.value, () => void look().then(() => !stopped && wait()));
  };
  wait();
  return {
    [Symbol.dispose]() {
      stopped = true;
      timer.cancel();
    },
  };
}

/** What two identities are compared by. */
function toText(identity: ServerIdentity): string {
  return JSON.stringify(identity);
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new InterceptError('bad_config', `The file ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
      hint: 'Look at `tls` in the configuration; a relative path begins at the working directory.',
    });
  }
}
