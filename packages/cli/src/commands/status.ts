import type { InterceptInfo, PortInfo, ServiceInfo } from '@switchyard/contract';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import { openManager } from '../open-manager.ts';
import { toTable, type Paint, type View } from '../output.ts';
import { findService } from '../routed-service.ts';
import { resolveSettings } from '../settings.ts';
import { toService } from '../values.ts';
import { toInterceptData } from './list.ts';

/** `intercept status`: the services, and what of them is the person's. */
export const status: AnyCommand = defineCommand({
  metadata: {
    name: 'status',
    about: "Show the manager's services, their addresses, and which of them reach you",
    examples: [
      ['$0 status', 'all services'],
      ['$0 status orders --quiet', 'a probe: exit code 0 when your requests reach you, 3 when not'],
    ],
  },
  positionals: { service: { about: 'only this service', kind: 'optional', parse: toService } },
  options: projectOptions,
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    await using manager = openManager(context, settings);
    const [all, live, { owner = settings.owner }] = await Promise.all([manager.listServices(), manager.listIntercepts(), manager.info()]);
    const services = args.service === undefined ? all : [findService(all, args.service)];
    const mine = live.filter((each) => each.owner === owner && services.some(({ name }) => name === each.service));
    if (context.output.quiet) return mine.some(({ session }) => session === 'ready') ? 0 : 3;
    context.output.show(toView(settings.manager.url.origin, services, mine, owner));
    return 0;
  },
});

function toView(manager: string, services: readonly ServiceInfo[], mine: readonly InterceptInfo[], owner: string): View {
  const rows = services.flatMap(({ name, ports }) =>
    ports.map((port) => ({ name, port, mine: mine.filter((each) => each.service === name && each.port === port.name) })),
  );
  const cells = rows.map(({ name, port, mine: own }) => [
    name,
    port.name,
    port.listen,
    port.baseline,
    port.protocol,
    own.map(toMark).join(' '),
  ]);
  return {
    data: {
      manager,
      services: services.map(({ name, ports }) => ({
        name,
        ports,
        mine: mine.filter(({ service }) => service === name).map((each) => toInterceptData(each, owner)),
      })),
    },
    text: (paint) =>
      [
        `manager ${manager}`,
        toTable(['SERVICE', 'PORT', 'LISTEN', 'BASELINE', 'PROTOCOL', 'MINE'], cells, paint),
        ...rows.flatMap(({ name, port }) => toNotes(name, port, paint)),
      ].join('\n'),
    plain: cells,
  };
}

function toMark({ key, session }: InterceptInfo): string {
  return `${key} (${session})`;
}

function toNotes(service: string, { name, notes }: PortInfo, paint: Paint): readonly string[] {
  return notes.map((note) => paint('yellow', `${service} ${name}: ${note}`));
}
