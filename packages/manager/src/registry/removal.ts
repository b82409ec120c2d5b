import { InterceptError, type InterceptId } from '@switchyard/contract';
import type { RemovalFilter } from '@switchyard/tunnel';
import type { Intercept } from './intercept.ts';

/** Which of their intercepts somebody wants to end; `id` means that one alone. */
export type Removal = RemovalFilter & { readonly id?: InterceptId };

/** Those of `intercepts` that `owner` wants to end. Throws `bad_usage` where it was not said which. */
export function selectRemoved(
  intercepts: readonly Intercept[],
  owner: string,
  { id, service, key, keyless = false, all }: Removal,
): readonly Intercept[] {
  if (id === undefined && service === undefined && key === undefined && !keyless && !all) {
    throw new InterceptError('bad_usage', 'It was not said which intercepts to remove.', {
      hint: 'Name a service or a key, or ask for all of yours.',
    });
  }
  return intercepts
    .filter((intercept) => intercept.owner === owner && (id ?? intercept.id) === intercept.id)
    .filter((intercept) => (service ?? intercept.service) === intercept.service && (key ?? intercept.key) === intercept.key)
    .filter((intercept) => !keyless || intercept.key === undefined);
}
