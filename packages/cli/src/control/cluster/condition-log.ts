import { intercepts, type Intercept, type KubeClient } from '@switchyard/kube';
import type { LogEntry } from '../control.ts';
import { toPrintable } from '../../printable.ts';
import { toControlledIntercept, toDate } from './intercept-object.ts';

/** What the conditions of the Intercept objects say, oldest first: the last change of each, and nothing of objects that are gone. */
export async function listConditions(client: KubeClient): Promise<readonly LogEntry[]> {
  const { items } = await client.list(intercepts);
  return items.flatMap(toEntries).toSorted((left, right) => left.at.getTime() - right.at.getTime());
}

function toEntries(object: Intercept): readonly LogEntry[] {
  const info = toControlledIntercept(object);
  if (info === undefined) return [];
  const { id, service, key, owner, createdAt } = info;
  const subject = { owner, intercept: id, service, key };
  const created = { ...subject, at: createdAt, type: 'Created', message: `${owner} asked for ${id}.` };
  const changes = (object.status?.conditions ?? []).flatMap(({ type, status, reason, message, lastTransitionTime }) => {
    const at = toDate(lastTransitionTime);
    const why = message === '' ? '' : `: ${toPrintable(message)}`;
    const text = `${id} is ${status === 'True' ? '' : 'not '}${type} (${toPrintable(reason)})${why}`;
    return at === undefined ? [] : [{ ...subject, at, type, reason: toPrintable(reason), message: text }];
  });
  return [created, ...changes];
}
