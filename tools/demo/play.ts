import { createKeptConnection, type KeptConnection } from './kept-connection.ts';
import type { DemoPorts } from './ports.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import type { Ask, Step } from './steps.ts';
import { judge, toExpectation } from './verdict.ts';

/** What playing needs. */
export interface PlayDeps {
  readonly stage: Stage;
  readonly ports: DemoPorts;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** Plays one step and resolves with the answers that were wrong, in words. */
export async function playStep(step: Step, number: number, deps: PlayDeps): Promise<readonly string[]> {
  const { stage, ports, screen, signal } = deps;
  screen.title(`${number}. ${step.title}`);
  if (step.act !== undefined) {
    screen.event(step.act.about);
    await step.act.run(stage);
  }
  using web = createKeptConnection(ports.routed.web);
  using orders = createKeptConnection(ports.routed.orders);
  const wrong: string[] = [];
  for (const ask of step.asks) {
    signal.throwIfAborted();
    wrong.push(...(await playAsk(ask, ask.to === 'web' ? web : orders, screen)));
  }
  if (step.keptVisibly === true) screen.event(`all of it on one connection, from local port ${[...orders.localPorts].join(' and ')}`);
  return [...wrong, ...checkKept(step, [web, orders])].map((words) => `Step ${number}: ${words}`);
}

async function playAsk(ask: Ask, connection: KeptConnection, screen: Screen): Promise<readonly string[]> {
  const headers = Object.entries(ask.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const sent = `GET ${ask.to}  ${headers.length === 0 ? '(no key)' : headers.join('  ')}`;
  const { right, words } = judge(ask, await connection.get(ask.headers ?? {}));
  screen.verdict(right, sent, words);
  return right ? [] : [`${sent} had to give ${toExpectation(ask)}, but gave ${words}.`];
}

/** An error that the manager answers itself may close the connection; otherwise a step must have used one per service. */
function checkKept({ asks }: Step, connections: readonly KeptConnection[]): readonly string[] {
  if (asks.some(({ expect }) => 'error' in expect)) return [];
  return connections
    .filter(({ localPorts }) => localPorts.size > 1)
    .map(({ localPorts }) => `used ${localPorts.size} connections in the place of one.`);
}
