import { InterceptError, type Principal } from '@switchyard/contract';
import { selfSubjectReviews, type KubeClient, type SelfSubjectReview } from '@switchyard/kube';

/** As whom the API server knows the person. Rejects with `not_signed_in` where it knows nobody. */
export async function readPrincipal(client: KubeClient): Promise<Principal> {
  const review: SelfSubjectReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  const { status } = await client.create(selfSubjectReviews, review);
  const { username: user = '', groups = [] } = status?.userInfo ?? {};
  if (user !== '' && user !== 'system:anonymous') return { user, groups };
  throw new InterceptError('not_signed_in', `The API server at ${client.server} takes you for nobody.`, {
    hint: 'Give the kubeconfig credentials, or name another context with --context.',
  });
}
