import { actorKinds, InterceptError, type Actor, type ActorKind } from '@switchyard/contract';
import type { Host } from './host.ts';
import { oneOf } from './values.ts';

/** Variables that AI agents set for the commands that they run. */
const agentVariables = ['AI_AGENT', 'CLAUDECODE', 'CODEX_SANDBOX', 'CURSOR_AGENT', 'GEMINI_CLI', 'OPENCODE', 'AUGMENT_AGENT'] as const;

/** Characters of who somebody works for. */
const nameCharacters = 128;

/**
 * What works here, for records: what `INTERCEPT_ACTOR` says, else an agent or a pipeline where the variables of one are set, else a person.
 * Throws `bad_usage` where a variable says what cannot be.
 */
export function findActor({ env }: Pick<Host, 'env'>): Actor {
  const onBehalfOf = env['INTERCEPT_ON_BEHALF_OF'] ?? '';
  if (onBehalfOf === '') return { kind: findKind(env) };
  if (onBehalfOf.length <= nameCharacters && /^\P{C}*$/u.test(onBehalfOf)) return { kind: findKind(env), onBehalfOf };
  throw new InterceptError('bad_usage', `INTERCEPT_ON_BEHALF_OF: a name is printable and has at most ${nameCharacters} characters.`);
}

function findKind(env: Host['env']): ActorKind {
  const said = env['INTERCEPT_ACTOR'] ?? '';
  if (said !== '') return parseKind(said);
  // An agent that works in a pipeline is an agent.
  if (agentVariables.some((name) => isSet(env[name]))) return 'agent';
  return isSet(env['CI']) ? 'ci' : 'person';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}

function parseKind(text: string): ActorKind {
  try {
    return oneOf(actorKinds, text);
  } catch (reason) {
    throw new InterceptError('bad_usage', `INTERCEPT_ACTOR: ${InterceptError.from(reason).message}`);
  }
}
