import { isDeepStrictEqual } from 'node:util';
import { InterceptError } from '@switchyard/contract';
import { fieldManager, services, shadowLabel, type OriginalService, type PatchOperation, type Service } from '@switchyard/kube';
import { testVersion } from '../plan/patch-paths.ts';
import { toShadowService } from '../plan/shadow.ts';
import { patchVersion, retryConflicts } from './conflict.ts';
import type { TakeoverDeps } from './deps.ts';

/**
 * Makes the shadow of `service`, or brings it up to date, and resolves with it. Rejects with `service_unsupported` where a Service of that
 * name is somebody else's. Safe to repeat.
 */
export function ensureShadow(deps: TakeoverDeps, service: Service, original: OriginalService, signal: AbortSignal): Promise<Service> {
  const wanted = toShadowService(service, original);
  const { name } = wanted.metadata;
  return retryConflicts(deps, signal, async () => {
    const present = await deps.client.get(services, name, { signal });
    if (present === undefined) return await deps.client.create(services, wanted, { signal, fieldManager });
    if (present.metadata.labels?.[shadowLabel] !== service.metadata.name) {
      throw new InterceptError('service_unsupported', `The Service ${name} stands where the shadow of ${service.metadata.name} belongs.`, {
        hint: 'Delete or rename it.',
      });
    }
    const operations = toChanges(present, wanted);
    return operations.length === 0
      ? present
      : await patchVersion(deps, services, present, [testVersion(present), ...operations], { signal, fieldManager });
  });
}

function toChanges(present: Service, wanted: Service): readonly PatchOperation[] {
  const fields = ['selector', 'ports', 'sessionAffinity', 'ipFamilyPolicy', 'ipFamilies'] as const;
  return fields.flatMap((field): PatchOperation[] => {
    const value = wanted.spec[field];
    return value === undefined || isDeepStrictEqual(present.spec[field], value) ? [] : [{ op: 'add', path: `/spec/${field}`, value }];
  });
}
