// An agent before a fake manager. Its clock stands still.
import { silentLog } from '@switchyard/contract';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import type { TunnelClient } from '@switchyard/tunnel';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { openAgent, type Agent, type AgentIntercept } from '../src/agent.ts';
import type { AgentEvent } from '../src/event.ts';
import { createFakeManager, specOf, type FakeManager } from './fake-manager.ts';

/** A fake manager, and what agents that are opened before it tell. */
export interface Bench {
  readonly clock: FakeClock;
  readonly manager: FakeManager;
  readonly events: AgentEvent[];
  readonly names: () => readonly string[];
  open(intercepts?: readonly AgentIntercept[], signal?: AbortSignal): Promise<Agent>;
}

/** `change` makes other connections of those that the manager hands out. Agents say goodbye at the end of the test. */
export function createBench(change: (client: TunnelClient) => TunnelClient = (client) => client): Bench {
  const clock = createFakeClock();
  const manager = createFakeManager(clock);
  const events: AgentEvent[] = [];
  const openTunnel: FakeManager['openTunnel'] = async (signal, lost) => change(await manager.openTunnel(signal, lost));
  return {
    clock,
    manager,
    events,
    names: () => events.map(({ t }) => t),
    async open(intercepts = [{ spec: specOf('orders'), deliver: { host: '127.0.0.1', port: 1 } }], signal = new AbortController().signal) {
      const identity = { url: new URL('http://127.0.0.1:7480'), owner: 'alice', client: 'laptop', token: undefined };
      const agent = await openAgent(
        { clock, log: silentLog, openTunnel },
        { ...identity, intercepts, onEvent: (event) => events.push(event), signal },
      );
      onTestFinished(() => agent.goodbye());
      return agent;
    },
  };
}

/** Moves time in steps until `condition` holds. */
export async function advanceUntil(clock: FakeClock, condition: () => boolean, stepMs = 50): Promise<void> {
  for (let steps = 0; !condition(); steps++) {
    if (steps > 10_000) throw new Error(`gave up waiting for ${String(condition)}`);
    clock.advance(stepMs);
    await setImmediate();
  }
}
