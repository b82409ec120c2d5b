import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import { describeMatch, isEverything } from '@switchyard/route';
import { formatCoarse, formatTime } from '../coarse.ts';
import type { Context } from '../context.ts';
import type { LiveIntercept } from '../control/control.ts';
import { toCurl } from '../match/curl.ts';
import { toMatchFields } from '../match/match-fields.ts';
import type { Output, View } from '../output.ts';
import type { RoutedPort } from '../routed-service.ts';

/** An intercept that is live, and both ends of its traffic. */
export interface ReadyIntercept {
  readonly intercept: LiveIntercept;
  readonly routed: RoutedPort;
  readonly local: LocalAddress;
  /** The lifetime that was asked for; undefined: the manager's choice. */
  readonly askedMs: number | undefined;
}

/** Tells the person, or writes the document, that requests arrive now and how to send one. */
export function showReady({ output, clock }: Context, ready: readonly ReadyIntercept[], view: View): void {
  if (output.format === 'text') output.say(ready.map((each) => toReadyText(each, output, clock.date())).join('\n'));
  else output.show(view);
}

/** What a live intercept is, as data for scripts. */
export function toReadyData({ intercept, routed, local }: ReadyIntercept): Readonly<Record<string, unknown>> {
  const { id, service, port, key, match, sharedWith, joins, owner, whenAway, expiresAt, routedSince } = intercept;
  return {
    id,
    service,
    port,
    key,
    match: toMatchFields(match),
    sharedWith,
    joins,
    owner,
    whenAway,
    expiresAt: expiresAt.toISOString(),
    listen: routed.port.listen,
    local: formatLocalAddress(local),
    ...(routedSince === undefined ? {} : { routedSince: routedSince.toISOString() }),
    headers: key === undefined ? {} : { 'x-intercept-id': key, baggage: `intercept=${key}` },
    curl: toCurl(routed.port.listen, key, match).line,
  };
}

/** What a live intercept is, as fields of a line. */
export function toReadyFields({ intercept, routed, local }: ReadyIntercept): readonly string[] {
  return [intercept.service, intercept.port, intercept.key ?? '', formatLocalAddress(local), routed.port.listen];
}

function toReadyText({ intercept, routed, local, askedMs }: ReadyIntercept, { paint }: Output, now: Date): string {
  const { key, match, sharedWith, service, expiresAt, routedSince, from, lane } = intercept;
  const curl = toCurl(routed.port.listen, key, match);
  const lines = [
    `${paint('green', 'ready:')} requests for ${paint('bold', service)} ${toSelected(intercept)} reach ${formatLocalAddress(local)}`,
    ...(key === undefined
      ? []
      : [`  key      ${paint('bold', key)}`, `  header   x-intercept-id: ${key}   or   baggage: intercept=${key}`]),
    ...(match.length === 0 ? [] : [`  match    ${describeMatch(match)}`]),
    ...(sharedWith.length === 0 ? [] : [`  shared   with ${sharedWith.join(', ')}, who may use the key for other services (--join)`]),
    ...(routed.port.protocol === 'tcp' ? [] : [`  try      ${curl.line}${from === undefined ? '' : `   (${from})`}`]),
    ...curl.notes.map((note) => `  note     ${note}`),
    ...(lane === undefined ? [] : [`  lane     ${lane}`]),
    `  expires  ${formatTime(expiresAt).slice(0, 5)} (in ${formatCoarse(expiresAt.getTime() - now.getTime())}${toGrant(intercept, askedMs)})`,
    ...(routedSince === undefined ? [] : [`  note     connections opened before ${formatTime(routedSince)} still go to the baseline`]),
    ...routed.port.notes.map((note) => `  note     ${note}`),
  ];
  return lines.join('\n');
}

function toSelected({ key, match }: LiveIntercept): string {
  if (key === undefined) return isEverything(match) ? 'that no key sends elsewhere' : 'that match, whoever sends them,';
  return match.length === 0 ? 'with your key' : 'with your key that match';
}

/** Both times are by the manager's clock; a second is for its rounding. */
function toGrant({ createdAt, expiresAt }: LiveIntercept, askedMs: number | undefined): string {
  const grantedMs = expiresAt.getTime() - createdAt.getTime();
  return askedMs === undefined || grantedMs + 1_000 > askedMs ? '' : `; the manager grants at most ${formatCoarse(grantedMs)}`;
}
