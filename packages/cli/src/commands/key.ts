import { defineCommand, type AnyCommand } from '../command.ts';
import { keyOption, projectOptions } from '../common-options.ts';
import { openControl } from '../control/open-control.ts';
import { resolveSettings } from '../settings.ts';

/** `intercept key`: only the key, for scripts. */
export const key: AnyCommand = defineCommand({
  metadata: {
    name: 'key',
    about: 'Print your routing key',
    examples: [['curl -H "x-intercept-id: $($0 key)" http://127.0.0.1:18081/', 'send a request that carries it']],
  },
  positionals: {},
  options: { ...keyOption, ...projectOptions },
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    const resolved = await settings.key(async () => {
      await using control = await openControl(context, settings);
      return await control.whoAmI();
    });
    context.output.show({ data: { key: resolved.key, source: resolved.source }, text: () => resolved.key, plain: [[resolved.key]] });
    return 0;
  },
});
