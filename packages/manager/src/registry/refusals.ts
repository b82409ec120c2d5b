import { InterceptError } from '@switchyard/contract';
import { findConflict, type RouteClaim } from '@switchyard/route';
import { sessionOf, toTimeText, type AgentSession, type Intercept } from './intercept.ts';

/** Throws `route_conflict` where an intercept of another owner stands against `claim`. */
export function refuseConflict(intercepts: readonly Intercept[], claim: RouteClaim): void {
  const conflict = findConflict(intercepts, claim);
  if (conflict === undefined) return;
  const { t, rule: holder } = conflict;
  const since = toTimeText(holder.createdAt);
  const message =
    t === 'route_taken'
      ? `${holder.title} is already intercepted by ${holder.owner} (${sessionOf(holder).client}) since ${since}.`
      : toKeyTaken(holder, sessionOf(holder).client);
  throw new InterceptError('route_conflict', message, {
    hint: `Use another key (--key), or ask ${holder.owner} to stop.`,
    detail: toDetail(holder),
  });
}

/** Says whose a key is; `client` is the developer's machine. */
export function toKeyTaken(holder: Pick<Intercept, 'key' | 'owner' | 'service' | 'createdAt'>, client: string): string {
  const { key, owner, service, createdAt } = holder;
  return `The key "${key}" belongs to ${owner} (${client}), who intercepts ${service} with it since ${toTimeText(createdAt)}.`;
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
