import { defineCommand, type AnyCommand } from '../command.ts';
import { interceptionOptions, keyOption, projectOptions } from '../common-options.ts';
import { openControl } from '../control/open-control.ts';
import { cliLimits } from '../limits.ts';
import { matchOptions } from '../match/match-options.ts';
import { toSelection } from '../match/selection.ts';
import { planPort, planRun, toFixedAddress } from '../run/run-plan.ts';
import { runBeside, runCommand } from '../run/supervise.ts';
import { resolveSettings } from '../settings.ts';
import { toDuration, toPort, toPortName, toService, toWhenAway, whenAwayChoices } from '../values.ts';

/** `intercept run`: the main job. */
export const run: AnyCommand = defineCommand({
  metadata: {
    name: 'run',
    about: 'Answer the requests for SERVICE that carry your key with a local process',
    examples: [
      ['$0 run orders -- npm run dev', 'start a command; it is given a free port as PORT'],
      ['$0 run orders --port 3000 -- ./start.sh', 'the command listens on port 3000'],
      ['$0 run orders --port 3000', 'the process runs already'],
      ["$0 run orders --header 'x-team=blue' --path /orders", 'of those with your key, only the requests that show both'],
      ['$0 run orders --replace --port 3000', 'stand in for the service, where that is allowed'],
    ],
  },
  positionals: { service: { about: 'the service whose requests you want', kind: 'required', parse: toService } },
  options: {
    port: { about: 'port where your process listens; default: PORT, else a free one', alias: 'p', value: 'N', parse: toPort },
    'service-port': { about: "name of the service's port; needed where it has several", value: 'NAME', parse: toPortName },
    ...keyOption,
    ...matchOptions,
    'when-away': {
      about: 'what your requests get while you are away; default: fail',
      value: 'CHOICE',
      choices: whenAwayChoices,
      parse: toWhenAway,
    },
    lifetime: {
      about: "how long the intercept lives; default and most: the manager's, 8h unless configured",
      value: 'DURATION',
      parse: toDuration(1_000),
    },
    ...interceptionOptions,
    ...projectOptions,
  },
  behaviour: { rest: 'COMMAND...' },
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    const fromProject = settings.project?.intercepts.find(({ service }) => service === args.service);
    const selection = toSelection(args, fromProject);
    const local = toFixedAddress(args.port, context.host.env['PORT'], fromProject?.local);
    const port = await planPort(context.clock, local, args.rest);
    await using control = await openControl(context, settings);
    const wanted = {
      service: args.service,
      servicePort: args['service-port'] ?? fromProject?.port,
      key: selection.keyless ? undefined : await settings.key(() => control.whoAmI()),
      selection,
      whenAway: args['when-away'] ?? fromProject?.whenAway ?? 'fail',
      lifetimeMs: args.lifetime ?? fromProject?.lifetime,
      lane: args.lane,
      timeoutMs: args.timeout ?? cliLimits.listenMs.value,
    };
    const plan = await planRun(context, { settings, control, wanted, port });
    return await (args.rest.length === 0 ? runBeside(context, plan) : runCommand(context, plan, args.rest));
  },
});
