import type { InterceptId, RequestQuestion, SessionId, Target } from '@switchyard/contract';
import { intercepts, type Intercept, type KubeClient } from '@switchyard/kube';
import { createSnapshot, reportRoute, type Rule } from '@switchyard/route';
import { findRoutedPort } from '../../routed-service.ts';
import type { ControlledService, RouteAnswer } from '../control.ts';
import { toPrintable } from '../../printable.ts';
import { findCondition, toControlledIntercept } from './intercept-object.ts';
import { listClusterServices } from './services.ts';

/**
 * Answers a question by the objects that the API server shows the person, with the manager's own rules of routing. Rejects with
 * `service_not_found`, `bad_usage` where the port is not clear, and as `KubeClient.list`.
 */
export async function explainByObjects(client: KubeClient, question: RequestQuestion): Promise<RouteAnswer> {
  const [services, { items }] = await Promise.all([listClusterServices(client), client.list(intercepts)]);
  const catalog = { services, where: `in the namespace ${client.namespace}` };
  const { port } = findRoutedPort(catalog, question.service, toPortName(services, question), (name) => `Say which one: --port ${name}.`);
  const seen = items.map((object) => ({ object, why: findObstacle(object), rule: toRule(object) }));
  const rules = seen.flatMap(({ why, rule }) => (why === undefined && rule !== undefined ? [rule] : []));
  const untrustedServices = new Set(services.flatMap(({ name, routing }) => (routing?.edge === 'untrusted' ? [name] : [])));
  const here = seen.filter(({ object: { spec } }) => spec.service === question.service && spec.port === port.name);
  return {
    report: reportRoute(createSnapshot(rules, { untrustedServices }), port.name, question),
    outside: here.flatMap(({ object, why, rule }) => {
      const obstacle = rule === undefined ? 'this version does not understand it' : why;
      return obstacle === undefined
        ? []
        : [{ id: object.metadata.name as InterceptId, owner: toPrintable(object.spec.owner.user), why: obstacle }];
    }),
    notes: [
      'decided by the Intercept objects that you may see, as they are now; aliases of the key that the manager was configured with are not known here',
    ],
  };
}

/** The name of the port that is meant by its name or its number. */
function toPortName(services: readonly ControlledService[], { service, port }: RequestQuestion): string | undefined {
  const ports = services.find(({ name }) => name === service)?.ports ?? [];
  return ports.find(({ name, listen }) => name === port || listen.endsWith(`:${port}`))?.name ?? port;
}

/** The first condition that keeps its requests from it; undefined where none does. */
function findObstacle(object: Intercept): string | undefined {
  for (const type of ['Accepted', 'Routed', 'SessionReady'] as const) {
    const condition = findCondition(object, type);
    if (condition === undefined) return `${type} was not written yet`;
    if (condition.status !== 'True') return `${type} is ${condition.status} (${condition.reason}): ${toPrintable(condition.message)}`;
  }
  return undefined;
}

function toRule(object: Intercept): Rule | undefined {
  const info = toControlledIntercept(object);
  if (info === undefined) return undefined;
  const { id, service, port, key, match, owner, whenAway, createdAt } = info;
  return { id, service, port, key, match, owner, whenAway, createdAt: createdAt.getTime(), target: toTarget(object, id) };
}

/** Where it leads does not matter here, but how. */
function toTarget({ spec }: Intercept, intercept: InterceptId): Target {
  return spec.lane === 'Direct' ? { t: 'direct', host: '', port: 0, intercept } : { t: 'tunnel', session: '' as SessionId, intercept };
}
