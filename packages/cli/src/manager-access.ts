import { InterceptError } from '@switchyard/contract';
import { createAccess, type Access, type AccessOptions, type CarrierName } from '@switchyard/tunnel';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Host } from './host.ts';
import { oneOf } from './values.ts';

/** The values of `--carrier`. */
export const carrierChoices: readonly (CarrierName | 'auto')[] = ['auto', 'grpc', 'websocket'];

/** What the command line may say about the way to a manager. */
export interface AccessFlags {
  readonly carrier?: AccessOptions['carrier'];
  readonly ca?: string | undefined;
  readonly 'tls-cert'?: string | undefined;
  readonly 'tls-key'?: string | undefined;
}

/**
 * The way to managers that flags and variables name. Throws `bad_usage` for a carrier that is none, a file that cannot be read, and half of
 * a pair.
 */
export async function resolveAccess(host: Pick<Host, 'cwd' | 'env'>, flags: AccessFlags): Promise<Access> {
  const [ca, cert, key] = await Promise.all([
    readNamed(host, flags.ca, ['--ca', 'INTERCEPT_CA']),
    readNamed(host, flags['tls-cert'], ['--tls-cert', 'INTERCEPT_TLS_CERT']),
    readNamed(host, flags['tls-key'], ['--tls-key', 'INTERCEPT_TLS_KEY']),
  ]);
  if ((cert === undefined) !== (key === undefined)) {
    throw new InterceptError('bad_usage', 'A client certificate needs its key, and a key its certificate.', {
      hint: 'Give both: --tls-cert FILE --tls-key FILE.',
    });
  }
  return createAccess({
    carrier: flags.carrier ?? toCarrier(host.env['INTERCEPT_CARRIER']),
    certificates: { ca, cert, key },
    proxies: host.env,
  });
}

function toCarrier(text: string | undefined): CarrierName | 'auto' {
  if (text === undefined || text === '') return 'auto';
  try {
    return oneOf(carrierChoices, text);
  } catch (reason) {
    throw new InterceptError('bad_usage', `INTERCEPT_CARRIER: ${InterceptError.from(reason).message}`);
  }
}

async function readNamed(
  { cwd, env }: Pick<Host, 'cwd' | 'env'>,
  flag: string | undefined,
  [flagName, variable]: readonly [flagName: string, variable: string],
): Promise<string | undefined> {
  const named = flag ?? env[variable] ?? '';
  if (named === '') return undefined;
  const path = resolve(cwd, named);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InterceptError('bad_usage', `${flag === undefined ? variable : flagName} names a file that cannot be read: ${why}.`, {
      cause,
    });
  }
}
