import { parseServiceName } from '@switchyard/contract';
import { checkMatch, createSnapshot, type RouteOptions, type Rule } from '@switchyard/route';
import { expect, test } from 'vitest';
import { createRule, port, service } from '../test/scene.ts';
import { LiveRouting } from './live-routing.ts';

const alice = createRule('alice', 1);
const ann: Rule = { ...alice, key: undefined, match: checkMatch([[{ t: 'header', name: 'X-Team', text: { t: 'present' } }]]) };
const other = { service: parseServiceName('payments'), port };

function createRouting(rules: readonly Rule[] = [], options: RouteOptions = {}): LiveRouting {
  const routing = new LiveRouting();
  routing.update(createSnapshot(rules, options));
  return routing;
}

test('framers collect the same names by the same object, snapshot after snapshot', () => {
  const routing = createRouting([alice]);
  const { fieldNames } = routing.of({ service, port });
  expect(routing.of(other).fieldNames).toBe(fieldNames);
  routing.update(createSnapshot([alice, { ...ann, ...other }]));
  expect(routing.of({ service, port }).fieldNames).toBe(fieldNames);
  const more = routing.of(other).fieldNames;
  expect(more).not.toBe(fieldNames);
  routing.update(createSnapshot([{ ...ann, ...other }]));
  expect([routing.of(other).fieldNames, routing.of({ service, port }).fieldNames]).toEqual([more, fieldNames]);
  expect(routing.of(other).fieldNames).toBe(more);
});

test('an answer varies by what its own port looks at', () => {
  const routing = createRouting([alice, { ...ann, ...other }], { aliases: ['x-mine'] });
  expect(routing.of({ service, port }).vary).toBe('x-intercept-id, baggage, x-mine, cookie');
  expect(routing.of(other).vary).toBe('x-intercept-id, baggage, x-mine, cookie, x-team');
});

test('what no caller may hide from the next hop is what carries keys, and counts hops', () => {
  const routing = createRouting([{ ...ann, ...other }], { aliases: ['x-mine'] });
  expect([...routing.of(other).routingNames]).toEqual(['x-intercept-id', 'baggage', 'x-mine', 'cookie', 'x-intercept-hops']);
});
