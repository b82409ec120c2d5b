import { skipped, type Finding } from './check.ts';
import type { Subject } from './subject.ts';

/** What a check of a cluster found that sees none: there is none, or nothing but its manager. */
export async function skipUnseen({ manager }: Pick<Subject, 'manager'>): Promise<Finding> {
  const { info } = await manager();
  if (info.auth !== 'kubernetes') return skipped('only in a cluster');
  return skipped('it needs a kubeconfig: the API server is asked that, and with a token only the manager is');
}
