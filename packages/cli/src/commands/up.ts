import { defineCommand, type AnyCommand } from '../command.ts';
import { keyOption, projectOptions } from '../common-options.ts';
import { openInterception } from '../interception.ts';
import { rememberKey } from '../remember-key.ts';
import { showReady, toReadyData, toReadyFields } from '../run/ready.ts';
import { untilAborted } from '../run/until-aborted.ts';
import { planUp } from '../run/up-plan.ts';
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
  options: { ...keyOption, ...projectOptions },
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    const key = await settings.key();
    const plans = await planUp(context, settings, key.key, args.services);
    await using interception = await openInterception(
      context,
      settings,
      plans.map(({ intercept }) => intercept),
      context.host.signal,
    );
    await rememberKey(context, settings, key);
    const ready = plans.flatMap(({ routed, local, intercept: { spec } }) => {
      const intercept = interception.intercepts.find(({ service, port }) => service === spec.service && port === spec.port);
      return intercept === undefined ? [] : [{ intercept, routed, local, askedMs: spec.lifetimeMs }];
    });
    showReady(context, ready, { data: { intercepts: ready.map(toReadyData) }, text: () => '', plain: ready.map(toReadyFields) });
    throw await Promise.race([interception.over, untilAborted(context.host.signal)]);
  },
});
