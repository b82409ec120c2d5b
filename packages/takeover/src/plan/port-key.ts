import type { ServicePort } from '@switchyard/kube';

/** What an intercept calls a port of a Service: its name; an unnamed one's number. */
export function toPortKey({ name, port }: ServicePort): string {
  return name === undefined || name === '' ? String(port) : name;
}
