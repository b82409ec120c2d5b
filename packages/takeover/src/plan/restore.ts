import { originalAnnotation, type OriginalService, type PatchOperation, type Service } from '@switchyard/kube';
import { findOwnSelector, findRecordedPort, toOwners } from './original.ts';
import { isOurEntry } from './ownership.ts';
import { annotationPath, testVersion } from './patch-paths.ts';

/**
 * The first change that gives `service` back: selector and targetPorts that are still ours get the recorded values; what somebody changed
 * meanwhile stays. Undefined where nothing of ours is left. The annotation stays, so that a crash behind this change leaves the record.
 */
export function toValuesPatch(service: Service, record: OriginalService): readonly PatchOperation[] | undefined {
  const own = findOwnSelector(service, record);
  const selector: PatchOperation[] = own === service.spec.selector ? [] : [{ op: 'replace', path: '/spec/selector', value: own }];
  const targets = (service.spec.ports ?? []).flatMap(({ targetPort }, index): PatchOperation[] => {
    const recorded = findRecordedPort(record, targetPort);
    const original = recorded?.targetPort ?? recorded?.port;
    const isDone = original === undefined || original === targetPort;
    return isDone ? [] : [{ op: 'replace', path: `/spec/ports/${index}/targetPort`, value: original }];
  });
  const operations = [...selector, ...targets];
  return operations.length === 0 ? undefined : [testVersion(service), ...operations];
}

/**
 * The second change: previous owners own again what we took, and the record goes. It may change no value but that, or the API server would
 * count the writer as an owner. Undefined where neither a record nor an entry of ours is left.
 */
export function toOwnershipPatch(service: Service, record: OriginalService | undefined): readonly PatchOperation[] | undefined {
  const { annotations, managedFields = [] } = service.metadata;
  const annotation: PatchOperation[] = annotations?.[originalAnnotation] === undefined ? [] : [{ op: 'remove', path: annotationPath }];
  const owners = toOwners(service, record);
  const ownership: PatchOperation[] = managedFields.some(isOurEntry)
    ? // An empty list would leave everything as it is; one empty entry is how the API server is told that nobody owns anything.
      [{ op: 'replace', path: '/metadata/managedFields', value: owners.length === 0 ? [{}] : owners }]
    : [];
  const operations = [...annotation, ...ownership];
  return operations.length === 0 ? undefined : [testVersion(service), ...operations];
}
