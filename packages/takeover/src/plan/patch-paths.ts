import { originalAnnotation, type KubeObject, type PatchOperation } from '@switchyard/kube';

/** Path of our annotation in a JSON patch (RFC 6901). */
export const annotationPath: string = `/metadata/annotations/${originalAnnotation.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Lets a patch fail if the object is not the version that it was made for. */
export function testVersion({ metadata }: KubeObject): PatchOperation {
  return { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion };
}
