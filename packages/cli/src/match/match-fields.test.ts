import { parseDocument, toYaml, z } from '@switchyard/config';
import type { Match } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { matchField, toMatchFields } from './match-fields.ts';

const schema = z.strictObject({ match: matchField });

function read(yaml: string): Match {
  return parseDocument(yaml, 'intercept.yaml', schema).match;
}

const match: Match = [
  [
    { t: 'header', name: 'x-team', text: { t: 'exact', value: 'blue' } },
    { t: 'header', name: 'x-debug', text: { t: 'present' } },
    { t: 'path', text: { t: 'prefix', value: '/orders' } },
  ],
  [
    { t: 'method', method: 'GET' },
    { t: 'percent', percent: 12.5 },
  ],
];

test('a file says conditions in the words of the command line; several alternatives are a list', () => {
  const yaml = `match:
  - header: [x-team=blue, x-debug]
    path: /orders
  - { method: get, percent: 12.5 }
`;
  expect(read(yaml)).toEqual(match);
});

test('what is shown of a match can be written into a file', () => {
  expect(read(toYaml({ match: toMatchFields(match) }))).toEqual(match);
});

test.for<[string, RegExp]>([
  ['match: []', /match/],
  ['match: [{}]', /says nothing/],
  ['match: [{ header: "x-team: blue" }]', /Write it as x-team=blue/],
  ['match: [{ headers: x }]', /headers/],
  ['match: [{ percent: 0 }]', /percent/],
  ['match: [{ header: "x-team~=(" }]', /:1:8: match makes no sense: "\(" is not a regular expression/],
  ['match: [{ cookie: intercept=alice }]', /Switchyard's own/],
])('%s is refused with its place', ([yaml, message]) => {
  expect(() => read(yaml)).toThrow(message);
});
