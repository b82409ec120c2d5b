import { InterceptError } from '@switchyard/contract';
import { adviseOnConflict, findConflict, type RouteClaim } from '@switchyard/route';
import { sessionOf, toTimeText, type AgentSession, type Intercept } from './intercept.ts';

/** Throws `route_conflict`, naming the owner and what to ask them for, where an intercept of another owner stands against `claim`. */
export function refuseConflict(intercepts: readonly Intercept[], claim: RouteClaim): void {
  const conflict = findConflict(intercepts.toSorted(byAge), claim);
  if (conflict === undefined) return;
  const { rule: holder } = conflict;
  const { client } = sessionOf(holder);
  const since = toTimeText(holder.createdAt);
  const message =
    conflict.t === 'route_taken'
      ? `${holder.title} is already intercepted by ${holder.owner} (${client}) since ${since}.`
      : toKeyTaken(holder, client);
  throw new InterceptError('route_conflict', message, { hint: adviseOnConflict(conflict), detail: toDetail(holder) });
}

function byAge(left: Intercept, right: Intercept): number {
  return left.createdAt.getTime() - right.createdAt.getTime();
}

/**
 * Throws `developer_offline`, which agents try again after, for a claim that joins a key which nobody holds. For a while after a restart
 * only: then the owner of a key may come back later than who joined it, and would find it taken.
 */
export function refuseEarlyGuest(intercepts: readonly Intercept[], { key, joins }: RouteClaim): void {
  if (key === undefined || !joins || intercepts.some((intercept) => intercept.key === key)) return;
  throw new InterceptError(
    'developer_offline',
    `Nobody holds the key "${key}" yet: this manager has just started, and its owner has not come back.`,
    {
      hint: 'Try again when its owner is back, or leave out --join to hold it yourself.',
    },
  );
}

/** Says whose a key is; `client` is the developer's machine. */
export function toKeyTaken(holder: Pick<Intercept, 'key' | 'owner' | 'service' | 'createdAt'>, client: string): string {
  const { key, owner, service, createdAt } = holder;
  return `The key "${key ?? ''}" belongs to ${owner} (${client}), who intercepts ${service} with it since ${toTimeText(createdAt)}.`;
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

/** Throws `limit_reached` for one more intercept of an owner who has `most` of `intercepts`. */
export function refuseOneMore(intercepts: readonly Intercept[], owner: string, most: number): void {
  if (intercepts.filter((intercept) => intercept.owner === owner).length < most) return;
  throw new InterceptError('limit_reached', `${owner} has ${most} intercepts, and no more are allowed.`, {
    hint: 'Remove some with `intercept down`.',
  });
}

function toDetail(holder: Intercept): Readonly<Record<string, string>> {
  const { owner, service, port, key, createdAt } = holder;
  return { owner, client: sessionOf(holder).client, service, port, ...(key === undefined ? {} : { key }), since: createdAt.toISOString() };
}
