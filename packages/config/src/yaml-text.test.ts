import { expect, test } from 'vitest';
import { toYaml, withYamlValue } from './yaml-text.ts';

test('strings that look like something else are quoted', () => {
  expect(toYaml({ a: 'yes', b: '1', c: 'x'.repeat(200) })).toBe(`a: yes\nb: "1"\nc: ${'x'.repeat(200)}\n`);
});

test('sets a value and leaves comments alone', () => {
  expect(withYamlValue('# mine\nkind: User # why\nkey: alice\n', 'key', 'bob')).toBe('# mine\nkind: User # why\nkey: bob\n');
  expect(withYamlValue('kind: User\n', 'key', 'bob')).toBe('kind: User\nkey: bob\n');
});

test('what is no map is not touched', () => {
  expect(withYamlValue('- a\n', 'key', 'bob')).toBeUndefined();
  expect(withYamlValue('a: "\n', 'key', 'bob')).toBeUndefined();
  expect(withYamlValue('', 'key', 'bob')).toBeUndefined();
});
