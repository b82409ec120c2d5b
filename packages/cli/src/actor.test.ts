import { expect, test } from 'vitest';
import { findActor } from './actor.ts';

test.for<[env: Readonly<Record<string, string>>, actor: unknown]>([
  [{}, { kind: 'person' }],
  [{ CI: '' }, { kind: 'person' }],
  [{ CI: 'false' }, { kind: 'person' }],
  [{ CI: 'true' }, { kind: 'ci' }],
  [{ CLAUDECODE: '1' }, { kind: 'agent' }],
  [{ AI_AGENT: 'some-agent', CI: '1' }, { kind: 'agent' }],
  [{ INTERCEPT_ACTOR: 'agent' }, { kind: 'agent' }],
  [{ INTERCEPT_ACTOR: 'person', CI: 'true', GEMINI_CLI: '1' }, { kind: 'person' }],
  [
    { INTERCEPT_ACTOR: 'agent', INTERCEPT_ON_BEHALF_OF: 'alice@example.com' },
    { kind: 'agent', onBehalfOf: 'alice@example.com' },
  ],
])('with %j works %j', ([env, actor]) => {
  expect(findActor({ env })).toEqual(actor);
});

test.for<[env: Readonly<Record<string, string>>, message: string]>([
  [{ INTERCEPT_ACTOR: 'robot' }, 'INTERCEPT_ACTOR: "robot" is none of person, agent, ci.'],
  [{ INTERCEPT_ON_BEHALF_OF: 'a\u001b[2J' }, 'INTERCEPT_ON_BEHALF_OF: a name is printable and has at most 128 characters.'],
  [{ INTERCEPT_ON_BEHALF_OF: 'a'.repeat(129) }, 'INTERCEPT_ON_BEHALF_OF: a name is printable and has at most 128 characters.'],
])('%j is refused', ([env, message]) => {
  expect(() => findActor({ env })).toThrow(expect.objectContaining({ code: 'bad_usage', message }));
});
