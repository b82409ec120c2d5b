import { findService } from '../../routed-service.ts';
import { fail, ok, skipped, toFinding, warn, type Check } from '../check.ts';

/** Whether the service is known there, and can be intercepted. */
export const serviceCheck: Check = {
  id: 'service',
  title: 'service',
  async run({ service: name, reached }) {
    if (name === undefined) return skipped('name a service to have it looked at');
    const { where, listServices } = await reached();
    try {
      const { ports, routing } = findService({ services: await listServices(), where }, name);
      const { message, hint = 'See docs/kubernetes.md for what can.' } = routing?.refusal ?? {};
      if (message !== undefined) return fail(message.replace(/\.$/, ''), hint);
      const text = ports.map((port) => `${port.name} (${port.protocol}) at ${port.listen}`).join(', ');
      if (ports.every(({ protocol }) => protocol === 'tcp'))
        return fail(`${name} carries raw TCP: ${text}`, 'Only HTTP requests can carry a key.');
      const notes = [...ports.flatMap((port) => port.notes), ...(routing?.notes ?? [])];
      return notes.length === 0 ? ok(text) : warn(`${text}; ${notes.join('; ')}`, 'These requests do not reach you; see docs/keys.md.');
    } catch (reason) {
      return toFinding(reason);
    }
  },
};
