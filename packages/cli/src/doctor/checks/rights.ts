import type { InterceptSpec } from '@switchyard/contract';
import { ok, skipped, toFinding, type Check } from '../check.ts';
import { skipUnseen } from '../skip-unseen.ts';
import { findService } from '../../routed-service.ts';

/** Whether the API server would let the person intercept the service, with all its policies. Makes nothing. */
export const rightsCheck: Check = {
  id: 'rights',
  title: 'rights',
  async run({ service, control, settings, manager }) {
    const { cluster, where, listServices, whoAmI, check } = await control();
    if (cluster === undefined) return skipUnseen({ manager });
    if (service === undefined) return skipped('name a service to have them looked at');
    try {
      const [port] = findService({ services: await listServices(), where }, service).ports;
      const { key } = await (await settings()).key(whoAmI);
      const spec: InterceptSpec = {
        service,
        port: port?.name,
        key,
        match: [],
        sharedWith: [],
        joins: false,
        whenAway: 'fail',
        lifetimeMs: undefined,
        directPort: undefined,
      };
      await check({ specs: [spec], lane: undefined });
      return ok(`you may intercept ${service} in ${cluster.namespace} (context ${cluster.context})`);
    } catch (reason) {
      return toFinding(reason);
    }
  },
};
