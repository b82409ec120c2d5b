import { InterceptError, type InterceptSpec } from '@switchyard/contract';

/** The first version whose managers look at conditions. */
const matchVersion = 2;

/**
 * Throws `version_mismatch` for conditions where the manager speaks a version that passes over them: it would take the requests of others.
 */
export function refuseUnheard({ key, match }: InterceptSpec, version: number): void {
  if (version >= matchVersion || (key !== undefined && match.length === 0)) return;
  throw new InterceptError('version_mismatch', `This manager speaks protocol version ${version}, which knows no conditions beside a key.`, {
    hint: 'Leave the conditions out, or upgrade the manager.',
  });
}
