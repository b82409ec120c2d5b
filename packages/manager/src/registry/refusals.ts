import { InterceptError } from '@switchyard/contract';
import { findConflict, type RouteClaim } from '@switchyard/route';
import { sessionOf, toRule, toTimeText, type AgentSession, type Intercept } from './intercept.ts';

/** Throws `route_conflict` where an intercept of another owner stands against `claim`. */
export function refuseConflict(intercepts: readonly Intercept[], claim: RouteClaim): void {
  const conflict = findConflict(intercepts.map(toRule), claim);
  const holder = intercepts.find(({ id }) => id === conflict?.rule.id);
  if (conflict === undefined || holder === undefined) return;
  const { owner, key, title, service, createdAt } = holder;
  const who = `${owner} (${sessionOf(holder).client})`;
  const since = toTimeText(createdAt);
  const message =
    conflict.t === 'route_taken'
      ? `${title} is already intercepted by ${who} since ${since}.`
      : `The key "${key}" belongs to ${who}, who intercepts ${service} with it since ${since}.`;
  throw new InterceptError('route_conflict', message, {
    hint: `Use another key (--key), or ask ${owner} to stop.`,
    detail: toDetail(holder),
  });
}

/** Throws `route_conflict` for a second process of the same owner while the first is live: it would take its requests away in silence. */
export function refuseTwin(holder: Intercept, session: AgentSession): void {
  if (holder.link.t === 'away' || holder.link.session.instance === session.instance) return;
  const { title, service, createdAt } = holder;
  const where = `in another terminal (${sessionOf(holder).client})`;
  throw new InterceptError('route_conflict', `You already intercept ${title} ${where} since ${toTimeText(createdAt)}.`, {
    hint: `Stop it there, run \`intercept down ${service}\`, or use another key (--key).`,
    detail: toDetail(holder),
  });
}

function toDetail(holder: Intercept): Readonly<Record<string, string>> {
  const { owner, service, port, key, createdAt } = holder;
  return { owner, client: sessionOf(holder).client, service, port, key, since: createdAt.toISOString() };
}
