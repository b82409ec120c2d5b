import type { Mesh } from '../../control/cluster/mesh.ts';
import { fail, ok, toFinding, warn, type Check, type Finding } from '../check.ts';
import { skipUnseen } from '../skip-unseen.ts';

/** What a mesh in the namespace means for requests through the routers. */
export const meshCheck: Check = {
  id: 'mesh',
  title: 'mesh',
  async run({ reached, manager }) {
    const { cluster, listMeshes } = await reached();
    if (cluster === undefined) return skipUnseen({ manager });
    try {
      return judgeMeshes(await listMeshes());
    } catch (reason) {
      return toFinding(reason);
    }
  },
};

/** The worst of what follows from each mesh. */
export function judgeMeshes(meshes: readonly Mesh[]): Finding {
  const findings = meshes.map(judge);
  return findings.find(({ state }) => state === 'fail') ?? findings[0] ?? ok('no pod here takes part in one');
}

function judge({ name, pods, routers, strict }: Mesh): Finding {
  const seen = `${pods} ${pods === 1 ? 'pod takes' : 'pods take'} part in ${name}`;
  if (pods === 0) return warn(`the routers take part in ${name}, and no other pod does`, 'Install the manager without mesh.sidecars.');
  if (routers) {
    return warn(
      `${seen}, and so do the routers: services see the identity of the manager in the place of their callers'`,
      'Let policies that ask for identities admit the ServiceAccount switchyard-manager; see docs/network.md.',
    );
  }
  if (strict !== undefined) {
    return fail(
      `${seen}, the routers do not, and the PeerAuthentication ${strict} refuses plaintext: an intercepted service would not answer anybody`,
      'Have the manager installed with mesh.sidecars=true before anything is intercepted; see docs/network.md.',
    );
  }
  return warn(
    `${seen}, and the routers do not: what passes through them is plaintext and has no identity`,
    'See docs/network.md for what refuses that: mTLS that is STRICT, and policies that ask for identities.',
  );
}
