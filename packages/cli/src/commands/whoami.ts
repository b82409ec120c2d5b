import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import { openControl } from '../control/open-control.ts';
import { resolveSettings } from '../settings.ts';

/** `intercept whoami`: whom the other side takes the caller for. */
export const whoami: AnyCommand = defineCommand({
  metadata: {
    name: 'whoami',
    about: 'Show whom the manager, or the API server, takes you for, and by what',
    examples: [['$0 whoami -o json', 'as data, with your groups']],
  },
  positionals: {},
  options: projectOptions,
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    await using control = await openControl(context, settings);
    const { user, groups, by } = await control.identify();
    const { actor } = settings;
    context.output.show({
      data: { user, groups, by, actor },
      text: () => [`${user}, ${by}`, ...(groups.length === 0 ? [] : [`groups: ${groups.join(', ')}`])].join('\n'),
      plain: [[user, groups.join(','), by]],
    });
    return 0;
  },
});
