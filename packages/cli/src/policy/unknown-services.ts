import { nearestWord } from '@switchyard/config';
import { isLabel, parseServiceName, type ServiceInfo } from '@switchyard/contract';
import { services, type KubeClient } from '@switchyard/kube';
import { concerns, type Policy } from '@switchyard/policy';
import { isOwnService } from '@switchyard/takeover';
import { findService } from '../routed-service.ts';
import type { Question } from './questions.ts';

/** Throws `service_not_found` where a question is about a Service that the namespace of `client` does not have. */
export async function refuseUnknownServices(client: KubeClient, questions: readonly Question[]): Promise<void> {
  const { items } = await client.list(services);
  const known: readonly ServiceInfo[] = items
    .filter((service) => isLabel(service.metadata.name) && !isOwnService(service))
    .map(({ metadata }) => ({ name: parseServiceName(metadata.name), ports: [] }));
  for (const { wish } of questions) findService({ services: known, where: `in the namespace ${client.namespace}` }, wish.service);
}

/** One sentence for each service of `questions` that no policy is about: what is answered for it is what holds without policies. */
export function describeUnnamedServices(policies: readonly Policy[], questions: readonly Question[]): readonly string[] {
  const asked = new Set(questions.map(({ wish }) => wish.service));
  const unnamed = [...asked].filter((service) => !policies.some((policy) => concerns(policy, service)));
  const named = [...new Set(policies.flatMap(({ selection }) => selection.services))].toSorted();
  return unnamed.map((service) => {
    const nearest = nearestWord(service, named);
    const about = named.length === 0 ? 'there are none' : `they are about ${named.join(', ')}`;
    const guess = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    return `no policy is about the service "${service}" (${about}), so that this is what holds without any${guess}`;
  });
}
