import { InterceptError } from '@switchyard/contract';
import { formatTime } from '../coarse.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import type { Context } from '../context.ts';
import type { LogEntry } from '../control/control.ts';
import { openControl } from '../control/open-control.ts';
import type { View } from '../output.ts';
import { resolveSettings } from '../settings.ts';
import { toService } from '../values.ts';

const { about, value, parse } = projectOptions.file;

/** `intercept logs`: what happened to the person's intercepts. */
export const logs: AnyCommand = defineCommand({
  metadata: {
    name: 'logs',
    about: 'Show what happened to your intercepts; in a cluster, the latest change of each condition',
    examples: [
      ['$0 logs orders', 'what the manager remembers of one service'],
      ['$0 logs -f --all -o ndjson', "everybody's, as they come, a line of JSON each"],
    ],
  },
  positionals: { service: { about: 'only this service', kind: 'optional', parse: toService } },
  options: {
    all: { about: "everybody's, and not only yours", alias: 'a' },
    follow: { about: 'go on with what happens from now on', alias: 'f' },
    ...projectOptions,
    // Its short form means to follow here, as it does in every program that shows logs.
    file: { about, value, parse },
  },
  behaviour: {},
  async handler(args, context) {
    const { service, all, follow } = args;
    refuseEndless(context, follow);
    const settings = await resolveSettings(context.host, args);
    await using control = await openControl(context, settings);
    const owner = all ? undefined : await control.owner();
    const isMeant = (entry: LogEntry): boolean =>
      (service === undefined || entry.service === service) && (owner === undefined || entry.owner === owner || entry.owner === '');
    const asLines = follow || context.output.format === 'ndjson';
    const entries: LogEntry[] = [];
    const take = (entry: LogEntry): void => {
      if (!isMeant(entry)) return;
      if (asLines) context.output.show(toLine(entry, all));
      else entries.push(entry);
    };
    await control.readLog({ all, follow, signal: context.host.signal }, take);
    if (!asLines) context.output.show(toView(entries, all));
    return 0;
  },
});

/** A document that never ends is none. */
function refuseEndless({ output }: Context, follow: boolean): void {
  if (!follow || (output.format !== 'json' && output.format !== 'yaml')) return;
  throw new InterceptError('bad_usage', `What --follow shows has no end, so that it cannot be one document of ${output.format}.`, {
    hint: 'Use -o ndjson.',
  });
}

function toView(entries: readonly LogEntry[], all: boolean): View {
  return {
    data: { events: entries.map(toData) },
    text: () => (entries.length === 0 ? 'nothing is known to have happened' : entries.map((entry) => toText(entry, all)).join('\n')),
    plain: entries.map(toFields),
  };
}

function toLine(entry: LogEntry, all: boolean): View {
  return { data: toData(entry), text: () => toText(entry, all), plain: [toFields(entry)] };
}

function toData(entry: LogEntry): unknown {
  return { ...entry, at: entry.at.toISOString() };
}

function toText({ at, owner, message }: LogEntry, all: boolean): string {
  return [formatTime(at), ...(all && owner !== '' ? [`[${owner}]`] : []), message].join(' ');
}

function toFields({ at, type, owner, service, key, reason, message }: LogEntry): readonly string[] {
  return [at.toISOString(), type, owner, service ?? '', key ?? '', reason ?? '', message];
}
