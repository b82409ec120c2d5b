import type { InterceptInfo, PortInfo } from '@switchyard/contract';
import { describeMatch } from '@switchyard/route';
import { formatTime } from '../coarse.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import type { Control, ControlledIntercept, ControlledService } from '../control/control.ts';
import { openControl } from '../control/open-control.ts';
import { toTable, type Paint, type View } from '../output.ts';
import { toPrintable } from '../printable.ts';
import { findService } from '../routed-service.ts';
import { resolveSettings } from '../settings.ts';
import { toService } from '../values.ts';
import { toInterceptData } from './list.ts';

/** `intercept status`: the services, and what of them is the person's. */
export const status: AnyCommand = defineCommand({
  metadata: {
    name: 'status',
    about: 'Show the services, how they are routed, and which of them reach you',
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
    await using control = await openControl(context, settings);
    const [all, live, owner] = await Promise.all([control.listServices(), control.listIntercepts(), control.owner()]);
    const services = args.service === undefined ? all : [findService({ services: all, where: control.where }, args.service)];
    const mine = live.filter((each) => each.owner === owner && services.some(({ name }) => name === each.service));
    if (context.output.quiet) return mine.some(reachesMe) ? 0 : 3;
    context.output.show(toView(control, services, mine, owner));
    return 0;
  },
});

/** Whether its requests reach the person now. */
function reachesMe({ session, waiting, routed }: ControlledIntercept): boolean {
  return session === 'ready' && waiting === undefined && (routed === undefined || routed.reason === 'Routed');
}

/** Whom the answer is from. */
type Place = Pick<Control, 'place' | 'manager' | 'cluster'>;

const headings = ['SERVICE', 'PORT', 'LISTEN', 'BASELINE', 'PROTOCOL', 'MINE'];

function toView(place: Place, services: readonly ControlledService[], mine: readonly ControlledIntercept[], owner: string): View {
  const rows = services.flatMap((service) =>
    service.ports.map((port) => ({
      service,
      port,
      mine: mine.filter((each) => each.service === service.name && each.port === port.name),
    })),
  );
  const toCells = (toSince: (date: Date) => string): readonly (readonly string[])[] =>
    rows.map(({ service: { name, routing }, port, mine: own }) => [
      name,
      port.name,
      port.listen,
      port.baseline,
      port.protocol,
      own.map(toMark).join(' '),
      ...(routing === undefined ? [] : [routing.phase, routing.since === undefined ? '' : toSince(routing.since)]),
    ]);
  const inCluster = services.some(({ routing }) => routing !== undefined);
  return {
    data: {
      manager: place.manager?.origin ?? null,
      cluster: place.cluster ?? null,
      services: services.map(({ name, ports, routing }) => ({
        name,
        ports,
        ...(routing === undefined
          ? {}
          : { routing: { ...routing, since: routing.since?.toISOString(), refusal: routing.refusal?.message } }),
        mine: mine.filter(({ service }) => service === name).map((each) => toInterceptData(each, owner)),
      })),
    },
    text: (paint) =>
      [
        place.manager === undefined ? place.place : `manager ${place.manager.origin}`,
        toTable(inCluster ? [...headings, 'PHASE', 'SINCE'] : headings, toCells(formatTime), paint),
        ...services.flatMap((service) => toServiceNotes(service, paint)),
        ...rows.flatMap(({ service: { name }, port }) => toNotes(name, port, paint)),
        ...mine.flatMap(toSelectionNotes),
      ].join('\n'),
    plain: toCells((date) => date.toISOString()),
  };
}

function toServiceNotes({ name, routing }: ControlledService, paint: Paint): readonly string[] {
  return (routing?.notes ?? []).map((note) => paint('yellow', `${name}: ${note}`));
}

function toMark({ key, session }: InterceptInfo): string {
  return `${key ?? 'no key'} (${session})`;
}

/** Which requests are meant, where that is not every one with the key, who else may use the key, and what keeps all of them. */
function toSelectionNotes({ service, port, match, sharedWith, joins, waiting }: InterceptInfo): readonly string[] {
  return [
    ...(waiting === undefined ? [] : [`${service} ${port}: requests do not reach you now: ${toPrintable(waiting.message)}`]),
    ...(match.length === 0 ? [] : [`${service} ${port}: only requests where ${describeMatch(match)}`]),
    ...(sharedWith.length === 0 ? [] : [`${service} ${port}: the key is shared with ${sharedWith.join(', ')}`]),
    ...(joins ? [`${service} ${port}: takes part in a key that somebody else may hold`] : []),
  ];
}

function toNotes(service: string, { name, notes }: PortInfo, paint: Paint): readonly string[] {
  return notes.map((note) => paint('yellow', `${service} ${name}: ${note}`));
}
