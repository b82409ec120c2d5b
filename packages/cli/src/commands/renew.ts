import { codes, InterceptError, type InterceptInfo } from '@switchyard/contract';
import { formatCoarse, formatTime } from '../coarse.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { keyOption, projectOptions } from '../common-options.ts';
import { openControl } from '../control/open-control.ts';
import { toPrintable } from '../printable.ts';
import { resolveSettings } from '../settings.ts';
import { toDuration, toService } from '../values.ts';

/** `intercept renew`: intercepts live longer, wherever their processes run. */
export const renew: AnyCommand = defineCommand({
  metadata: {
    name: 'renew',
    about: 'Let your intercepts live longer, counted from now; whatever answers for them goes on',
    examples: [
      ['$0 renew orders', 'that of one service'],
      ['$0 renew --lifetime 2h', 'all with your key, for two hours from now'],
      ['$0 renew --all', 'all of yours, whatever their key'],
    ],
  },
  positionals: { service: { about: 'only this service', kind: 'optional', parse: toService } },
  options: {
    all: { about: 'whatever their key', alias: 'a' },
    lifetime: {
      about: "how long they live from now on; default: in a cluster as long as before, else the manager's; at most the manager's",
      value: 'DURATION',
      parse: toDuration(1_000),
    },
    ...keyOption,
    ...projectOptions,
  },
  behaviour: {},
  async handler({ service, all, lifetime, ...args }, context) {
    refuseContradiction(all, args.key);
    const settings = await resolveSettings(context.host, args);
    await using control = await openControl(context, settings);
    const key = all ? undefined : (await settings.key(() => control.whoAmI())).key;
    const [live, owner] = await Promise.all([control.listIntercepts(), control.owner()]);
    const meant = live.filter((each) => each.owner === owner && each.service === (service ?? each.service) && (all || each.key === key));
    if (meant.length === 0) throw toNothing(service, key);
    const outcomes = await Promise.allSettled(meant.map(({ id }) => control.renewIntercept(id, lifetime)));
    const renewed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [InterceptError.from(outcome.reason)] : []));
    const [failure] = failures;
    if (failure !== undefined && renewed.length === 0) throw failure;
    const now = context.clock.date().getTime();
    context.output.show({
      data: { renewed: renewed.map(toData) },
      text: () => renewed.map((each) => toText(each, now)).join('\n'),
      plain: renewed.map((each) => [each.service, each.port, each.key ?? '', toEnd(each).toISOString()]),
    });
    for (const { message } of failures) context.output.warn(message);
    return failure === undefined ? 0 : codes[failure.code].exit;
  },
});

function refuseContradiction(all: boolean, key: string | undefined): void {
  if (!all || key === undefined) return;
  throw new InterceptError('bad_usage', 'Those with one key are meant, and all of them.', { hint: 'Leave out --key, or --all.' });
}

function toNothing(service: string | undefined, key: string | undefined): InterceptError {
  const which = [...(service === undefined ? [] : [`of ${service}`]), ...(key === undefined ? [] : [`with the key "${key}"`])].join(' ');
  return new InterceptError('intercept_not_found', `You have no intercept${which === '' ? '' : ` ${which}`} that could be renewed.`, {
    hint: 'See `intercept list` for those that are live. One that has ended is run again.',
  });
}

function toText(intercept: InterceptInfo, nowMs: number): string {
  const { service, key, closing } = intercept;
  const end = toEnd(intercept);
  const which = key === undefined ? 'no key' : `key ${key}`;
  const [until, rest] = [formatTime(end).slice(0, 5), formatCoarse(Math.max(0, end.getTime() - nowMs))];
  if (closing === undefined) return `renewed ${service} (${which}): lives until ${until}, for ${rest}`;
  return `renewed ${service} (${which}), which ends at ${until} all the same, in ${rest}. ${toPrintable(closing.message)}`;
}

function toData({ id, service, port, key, expiresAt, closing }: InterceptInfo): unknown {
  const ends = closing === undefined ? {} : { closing: { at: closing.at.toISOString(), message: closing.message } };
  return { id, service, port, key, expiresAt: expiresAt.toISOString(), ...ends };
}

/** When it is over, whatever its lifetime. */
function toEnd({ expiresAt, closing }: InterceptInfo): Date {
  return closing === undefined || expiresAt < closing.at ? expiresAt : closing.at;
}
