import { defineCommand, type AnyCommand } from '../command.ts';
import { interceptionOptions, keyOption, projectOptions } from '../common-options.ts';
import { openControl } from '../control/open-control.ts';
import { cliLimits } from '../limits.ts';
import { matchOptions } from '../match/match-options.ts';
import { rememberKey } from '../remember-key.ts';
import { showReady, toReadyData, toReadyFields } from '../run/ready.ts';
import { untilAborted } from '../run/until-aborted.ts';
import { planUp, toWanted } from '../run/up-plan.ts';
import { resolveSettings } from '../settings.ts';
import { toServiceMapping } from '../values.ts';

/** `intercept up`: several services, whose processes run elsewhere. */
export const up: AnyCommand = defineCommand({
  metadata: {
    name: 'up',
    about: 'Answer the requests for several services with processes that run already',
    examples: [
      ['$0 up', 'what intercept.yaml says'],
      ['$0 up orders=3000 payments=3001', 'two services and the local ports of their processes'],
    ],
  },
  positionals: {
    services: { about: 'SERVICE or SERVICE=[HOST:]PORT; default: all of intercept.yaml', kind: 'many', parse: toServiceMapping },
  },
  options: { ...keyOption, ...matchOptions, ...interceptionOptions, ...projectOptions },
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    const wanted = await toWanted(context.clock, settings.project, args.services, args);
    await using control = await openControl(context, settings);
    const key = wanted.every(({ selection }) => selection.keyless) ? undefined : await settings.key(() => control.whoAmI());
    const plans = await planUp(context, control, { key: key?.key, lane: args.lane, project: settings.project }, wanted);
    await using interception = await control.openInterception({
      intercepts: plans.map(({ intercept }) => intercept),
      lane: args.lane,
      timeoutMs: args.timeout ?? cliLimits.listenMs.value,
      signal: context.host.signal,
    });
    if (key !== undefined) await rememberKey(context, { control, settings }, key);
    const ready = plans.flatMap(({ routed, local, intercept: { spec } }) => {
      const intercept = interception.intercepts.find(({ service, port }) => service === spec.service && port === spec.port);
      return intercept === undefined ? [] : [{ intercept, routed, local, askedMs: spec.lifetimeMs }];
    });
    showReady(context, ready, { data: { intercepts: ready.map(toReadyData) }, text: () => '', plain: ready.map(toReadyFields) });
    // Whoever stops it hears of no end that the stop itself brought about.
    throw await Promise.race([untilAborted(context.host.signal), interception.over]);
  },
});
