import { InterceptError } from '@switchyard/contract';
import { originalAnnotation, routerSelector, type OriginalService, type PatchOperation, type Service } from '@switchyard/kube';
import { takeoverLimits } from '../limits.ts';
import { annotationPath, testVersion } from './patch-paths.ts';

/**
 * The one change that takes `service` over, refused by the API server if anybody wrote the Service meanwhile. `original` has all of its
 * ports. Throws `service_unsupported` where the record is too large for an annotation.
 */
export function toTakePatch(service: Service, original: OriginalService): readonly PatchOperation[] {
  const record = JSON.stringify(original);
  if (Buffer.byteLength(record) > takeoverLimits.recordBytes.value) {
    throw new InterceptError('service_unsupported', `The record of ${service.metadata.name} is too large to be kept in an annotation.`, {
      hint: 'Remove entries of metadata.managedFields that nobody needs.',
    });
  }
  const annotate: PatchOperation =
    service.metadata.annotations === undefined
      ? { op: 'add', path: '/metadata/annotations', value: { [originalAnnotation]: record } }
      : { op: 'add', path: annotationPath, value: record };
  return [
    testVersion(service),
    { op: 'replace', path: '/spec/selector', value: routerSelector },
    ...(service.spec.ports ?? []).flatMap((port, index): PatchOperation[] => {
      const routerPort = original.ports.find((recorded) => recorded.port === port.port)?.routerPort;
      const isDone = routerPort === undefined || routerPort === port.targetPort;
      return isDone ? [] : [{ op: 'add', path: `/spec/ports/${index}/targetPort`, value: routerPort }];
    }),
    annotate,
  ];
}
