import type { InterceptInfo } from '@switchyard/contract';
import { defineCommand, type AnyCommand } from '../command.ts';
import { keyOption, projectOptions } from '../common-options.ts';
import { openControl } from '../control/open-control.ts';
import { resolveSettings } from '../settings.ts';
import { toService } from '../values.ts';

/** `intercept down`: removes intercepts; their processes notice and end. */
export const down: AnyCommand = defineCommand({
  metadata: {
    name: 'down',
    about: 'Remove your intercepts; nothing to remove is fine too',
    examples: [
      ['$0 down', 'all with your key'],
      ['$0 down orders', 'that of one service'],
      ['$0 down --all', 'all of yours, whatever their key'],
    ],
  },
  positionals: { services: { about: 'only these services', kind: 'many', parse: toService } },
  options: { all: { about: 'whatever their key', alias: 'a' }, ...keyOption, ...projectOptions },
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    await using control = await openControl(context, settings);
    const byKey = args.all ? {} : { key: (await settings.key(() => control.whoAmI())).key };
    const filters =
      args.services.length === 0 ? [{ ...byKey, all: args.all }] : args.services.map((service) => ({ ...byKey, service, all: false }));
    const removed = (await Promise.all(filters.map((filter) => control.removeIntercepts(filter)))).flat();
    context.output.show({
      data: { removed: removed.map(toRemovedData) },
      text: () =>
        removed.length === 0
          ? 'nothing of yours to remove'
          : removed.map(({ service, key }) => `removed ${service} (key ${key})`).join('\n'),
      plain: removed.map(({ service, port, key }) => [service, port, key]),
    });
    return 0;
  },
});

function toRemovedData({ id, service, port, key }: InterceptInfo): unknown {
  return { id, service, port, key };
}
