import { findProxy } from '@switchyard/tunnel';
import { ok, skipped, toFinding, type Check } from '../check.ts';

const names = ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy'];

/** Which proxy the environment puts between here and the manager. */
export const proxyCheck: Check = {
  id: 'proxy',
  title: 'proxy',
  async run({ context: { host }, control }) {
    const set = names.flatMap((name) => [name, name.toUpperCase()]).filter((name) => (host.env[name] ?? '') !== '');
    if (set.length === 0) return ok('none is set');
    const { manager } = await control();
    if (manager === undefined) return skipped(`${set.join(', ')}: the way into a cluster is the kubeconfig's affair`);
    try {
      const proxy = findProxy(manager, host.env);
      return ok(proxy === undefined ? `none for ${manager.host}, though there is ${set.join(', ')}` : `${proxy.name}, to ${manager.host}`);
    } catch (reason) {
      return toFinding(reason);
    }
  },
};
