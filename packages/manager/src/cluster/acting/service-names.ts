import { managerName } from '@switchyard/kube';

/** The names that pods call the manager of `namespace` by: those of its Service. No stranger makes one of them lead elsewhere. */
export function toServiceNames(namespace: string): readonly string[] {
  const inNamespace = `${managerName}.${namespace}`;
  return [managerName, inNamespace, `${inNamespace}.svc`, `${inNamespace}.svc.cluster.local`];
}
