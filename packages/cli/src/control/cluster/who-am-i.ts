import { InterceptError } from '@switchyard/contract';
import { selfSubjectReviews, type KubeClient, type SelfSubjectReview } from '@switchyard/kube';

/** The name that the API server knows the person by. Rejects with `not_signed_in` where it knows none. */
export async function readUserName(client: KubeClient): Promise<string> {
  const review: SelfSubjectReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  const { status } = await client.create(selfSubjectReviews, review);
  const name = status?.userInfo.username ?? '';
  if (name !== '' && name !== 'system:anonymous') return name;
  throw new InterceptError('not_signed_in', `The API server at ${client.server} takes you for nobody.`, {
    hint: 'Give the kubeconfig credentials, or name another context with --context.',
  });
}
