import { formatLocalAddress } from '@switchyard/agent';
import { formatDuration } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { resolve } from 'node:path';
import { defineCommand, type AnyCommand } from '../command.ts';
import { keyOption, projectOptions } from '../common-options.ts';
import { findProjectFile, projectFileName, readProject, toProjectJsonSchema, type Project } from '../project-file.ts';
import { resolveSettings } from '../settings.ts';
import { toText } from '../values.ts';

/** `intercept config validate`: whether a project file is right. */
export const configValidate: AnyCommand = defineCommand({
  metadata: { name: 'config validate', about: 'Check a project file', examples: [['$0 config validate', 'the nearest intercept.yaml']] },
  positionals: { path: { about: 'the file; default: the nearest intercept.yaml', kind: 'optional', parse: toText } },
  options: { profile: projectOptions.profile },
  behaviour: {},
  async handler(args, { host, output }) {
    const path = args.path === undefined ? await findProjectFile(host.cwd) : resolve(host.cwd, args.path);
    if (path === undefined) throw new InterceptError('bad_usage', `There is no ${projectFileName} here.`, { hint: 'Name the file.' });
    const { intercepts } = await readProject(path, args.profile);
    output.show({
      data: { file: path, valid: true },
      text: () => `${path} is right: ${count(intercepts.length, 'intercept')}`,
      plain: [[path]],
    });
    return 0;
  },
});

/** `intercept config schema`: the JSON Schema of the project file. */
export const configSchema: AnyCommand = defineCommand({
  metadata: {
    name: 'config schema',
    about: 'Print the JSON Schema of intercept.yaml, for editors',
    examples: [['$0 config schema > intercepts.schema.json', 'keep it in a file']],
  },
  positionals: {},
  options: {},
  behaviour: {},
  async handler(_, { output }) {
    const schema = toProjectJsonSchema();
    const text = JSON.stringify(schema, undefined, 2);
    output.show({ data: schema, text: () => text, plain: [[text]] });
    return 0;
  },
});

/** `intercept config view`: what the settings come to, and where each comes from. */
export const configView: AnyCommand = defineCommand({
  metadata: {
    name: 'config view',
    about: 'Show the settings that hold here, and where each comes from',
    examples: [['$0 config view -o json', 'as data']],
  },
  positionals: {},
  options: { ...keyOption, ...projectOptions },
  behaviour: {},
  async handler(args, { host, output }) {
    const settings = await resolveSettings(host, args);
    const { key, source } = await settings.key();
    const rows: readonly (readonly [name: string, value: string, source: string])[] = [
      ['manager', settings.manager.url.origin, settings.manager.source],
      ['key', key, source],
      ['owner', settings.owner, settings.identity.source],
      ['token', settings.token === undefined ? 'none' : 'set', ''],
      ['project file', settings.project?.path ?? 'none', ''],
      ['user file', settings.userFilePath, ''],
    ];
    output.show({
      data: {
        manager: { value: settings.manager.url.origin, source: settings.manager.source },
        key: { value: key, source },
        owner: { value: settings.owner, source: settings.identity.source },
        token: settings.token !== undefined,
        projectFile: settings.project?.path ?? null,
        userFile: settings.userFilePath,
        intercepts: toInterceptRows(settings.project),
      },
      text: (paint) =>
        rows.map(([name, value, from]) => `${name.padEnd(13)} ${value}${from === '' ? '' : paint('dim', `  (${from})`)}`).join('\n'),
      plain: rows,
    });
    return 0;
  },
});

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

function toInterceptRows(project: Project | undefined): readonly unknown[] {
  return (project?.intercepts ?? []).map(({ service, port, local, whenAway, lifetime }) => ({
    service,
    port,
    local: local === undefined ? undefined : formatLocalAddress(local),
    whenAway,
    lifetime: lifetime === undefined ? undefined : formatDuration(lifetime),
  }));
}
