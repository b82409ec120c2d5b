import { dialAddress, label, listenAddress, z } from '@switchyard/config';
import { parseServiceName, sourceAddressForms } from '@switchyard/contract';
import { fixedManagerLimits } from '../../limits.ts';
import type { ServiceConfig } from '../manager-config.ts';

const portName = label.refine((name) => /[a-z]/.test(name), { error: 'must have a letter, so that it is not taken for a number' });

const port = z.strictObject({
  name: portName.meta({ description: 'Name of the port, unique in its service.' }),
  listen: listenAddress.meta({ description: 'Where callers dial the service.' }),
  origin: dialAddress.meta({ description: 'Where the ordinary workload (the baseline) listens.' }),
  protocol: z
    .enum(['auto', 'http', 'tcp'])
    .default('auto')
    .meta({ description: 'How traffic is understood; `auto` looks at the first bytes of each connection.' }),
});

/** One of `services`. */
export const service: z.ZodType<ServiceConfig> = z.strictObject({
  name: label.transform(parseServiceName).meta({ description: 'What callers call the service.' }),
  entry: z.boolean().default(false).meta({ description: 'Whether browsers enter here: a key in the query is then kept in a cookie.' }),
  edge: z
    .enum(['trusted', 'untrusted'])
    .default('trusted')
    .meta({ description: '`untrusted`: requests come from outside, so keys on them are dropped.' }),
  sourceAddress: z.enum(sourceAddressForms).default('none').meta({
    description:
      'How its baseline learns the addresses of its clients: not at all, by `Forwarded` on each HTTP/1.1 request, or by the PROXY protocol.',
  }),
  ports: z.array(port).min(1).max(fixedManagerLimits.portsPerService.value).meta({ description: 'Its ports.' }),
});
