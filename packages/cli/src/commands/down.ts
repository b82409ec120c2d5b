import { InterceptError, type InterceptInfo, type RoutingKey } from '@switchyard/contract';
import type { RemovalFilter } from '@switchyard/tunnel';
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
      ['$0 down --no-key', 'those of yours that have no key'],
    ],
  },
  positionals: { services: { about: 'only these services', kind: 'many', parse: toService } },
  options: {
    all: { about: 'whatever their key', alias: 'a' },
    'no-key': { about: 'only those without a key' },
    ...keyOption,
    ...projectOptions,
  },
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    await using control = await openControl(context, settings);
    const byKey = await toKeyFilter(args, async () => (await settings.key(() => control.whoAmI())).key);
    const filters =
      args.services.length === 0 ? [{ ...byKey, all: args.all }] : args.services.map((service) => ({ ...byKey, service, all: false }));
    const removed = (await Promise.all(filters.map((filter) => control.removeIntercepts(filter)))).flat();
    context.output.show({
      data: { removed: removed.map(toRemovedData) },
      text: () =>
        removed.length === 0
          ? 'nothing of yours to remove'
          : removed.map(({ service, key }) => `removed ${service} (${key === undefined ? 'no key' : `key ${key}`})`).join('\n'),
      plain: removed.map(({ service, port, key = '' }) => [service, port, key]),
    });
    return 0;
  },
});

/** Which keys are meant: the person's own, unless something else was said. Throws `bad_usage` for a contradiction. */
async function toKeyFilter(
  args: { readonly all: boolean; readonly 'no-key': boolean; readonly key: string | undefined },
  findKey: () => Promise<RoutingKey>,
): Promise<Pick<RemovalFilter, 'key' | 'keyless'>> {
  if (!args['no-key']) return args.all ? {} : { key: await findKey() };
  if (args.key === undefined && !args.all) return { keyless: true };
  throw new InterceptError('bad_usage', 'Intercepts without a key are meant, and others too.', {
    hint: 'Leave out --no-key, or --key and --all.',
  });
}

function toRemovedData({ id, service, port, key }: InterceptInfo): unknown {
  return { id, service, port, key };
}
