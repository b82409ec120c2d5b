import { formatLocalAddress, type LocalAddress } from '@switchyard/agent';
import { formatCoarse, formatTime } from '../coarse.ts';
import type { Context } from '../context.ts';
import type { LiveIntercept } from '../control/control.ts';
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
  const { id, service, port, key, owner, whenAway, expiresAt, routedSince } = intercept;
  return {
    id,
    service,
    port,
    key,
    owner,
    whenAway,
    expiresAt: expiresAt.toISOString(),
    listen: routed.port.listen,
    local: formatLocalAddress(local),
    ...(routedSince === undefined ? {} : { routedSince: routedSince.toISOString() }),
    headers: { 'x-intercept-id': key, baggage: `intercept=${key}` },
  };
}

/** What a live intercept is, as fields of a line. */
export function toReadyFields({ intercept, routed, local }: ReadyIntercept): readonly string[] {
  return [intercept.service, intercept.port, intercept.key, formatLocalAddress(local), routed.port.listen];
}

function toReadyText({ intercept, routed, local, askedMs }: ReadyIntercept, { paint }: Output, now: Date): string {
  const { key, service, expiresAt, routedSince, from, lane } = intercept;
  const lines = [
    `${paint('green', 'ready:')} requests for ${paint('bold', service)} with your key reach ${formatLocalAddress(local)}`,
    `  key      ${paint('bold', key)}`,
    `  header   x-intercept-id: ${key}   or   baggage: intercept=${key}`,
    ...(routed.port.protocol === 'tcp'
      ? []
      : [
          `  try      curl -H 'x-intercept-id: ${key}' http://${routed.port.listen.replace(/:80$/, '')}/${from === undefined ? '' : `   (${from})`}`,
        ]),
    ...(lane === undefined ? [] : [`  lane     ${lane}`]),
    `  expires  ${formatTime(expiresAt).slice(0, 5)} (in ${formatCoarse(expiresAt.getTime() - now.getTime())}${toGrant(intercept, askedMs)})`,
    ...(routedSince === undefined ? [] : [`  note     connections opened before ${formatTime(routedSince)} still go to the baseline`]),
    ...routed.port.notes.map((note) => `  note     ${note}`),
  ];
  return lines.join('\n');
}

/** Both times are by the manager's clock; a second is for its rounding. */
function toGrant({ createdAt, expiresAt }: LiveIntercept, askedMs: number | undefined): string {
  const grantedMs = expiresAt.getTime() - createdAt.getTime();
  return askedMs === undefined || grantedMs + 1_000 > askedMs ? '' : `; the manager grants at most ${formatCoarse(grantedMs)}`;
}
