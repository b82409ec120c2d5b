import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import type { Clock } from '@switchyard/contract';
import { findPortOwners, type PortOwner } from '../../local/port-owner.ts';
import { isListening } from '../../local/reachable.ts';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { Subject } from '../subject.ts';

/** Whether the person's process listens where requests will be delivered. */
export const localPortCheck: Check = {
  id: 'local-port',
  title: 'local port',
  async run(subject) {
    const addresses = await findAddresses(subject);
    if (addresses.length === 0) return skipped('no port is named: in intercept.yaml (local), or as PORT');
    const findings = await Promise.all(addresses.map((address) => look(subject.context.clock, address)));
    return (
      findings.find(({ state }) => state === 'fail') ??
      findings.find(({ state }) => state === 'warn') ??
      ok(findings.map(({ says }) => says).join('; '))
    );
  },
};

async function findAddresses({ context: { host }, service, settings }: Subject): Promise<readonly LocalAddress[]> {
  const { project } = await settings();
  const named = (project?.intercepts ?? []).filter((each) => service === undefined || each.service === service);
  const locals = named.flatMap(({ local }) => local ?? []);
  const port = Number(host.env['PORT'] ?? '');
  return locals.length > 0 || !Number.isInteger(port) || port < 1 || port > 65_535 ? locals : [{ host: 'localhost', port }];
}

async function look(clock: Clock, address: LocalAddress): Promise<Finding> {
  const text = formatLocalAddress(address);
  const owners = await findPortOwners(address.port);
  if (await isListening(clock, address)) return ok(owners.length === 0 ? text : `${text}: ${owners.map(toText).join(', ')}`);
  if (owners.length === 0) return warn(`nothing listens at ${text} yet`, 'Start your process, or let `intercept run` start it.');
  return fail(
    `nothing answers at ${text}, though port ${address.port} is in use: ${owners.map(toText).join(', ')}`,
    `Let it listen at 127.0.0.1, or name its address: local: ${owners[0]?.host ?? 'HOST'}:${address.port}.`,
  );
}

function toText({ host, process }: PortOwner): string {
  return `${process === undefined ? 'a process of another user' : `${process.name} (process ${process.id})`} at ${host === 'localhost' ? 'all addresses' : host}`;
}
