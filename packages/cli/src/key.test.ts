import fc from 'fast-check';
import { isLabel } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { findIdentity, toLabel, toOwner } from './identity.ts';
import { resolveKey, type KeyCandidates } from './key.ts';

function candidates(given: Partial<KeyCandidates>): KeyCandidates {
  return {
    flag: undefined,
    environment: undefined,
    project: undefined,
    userFile: undefined,
    findIdentity: async () => ({ user: 'alice@example.com', source: 'INTERCEPT_USER' }),
    readBranch: async () => 'feature/Cart_2',
    ...given,
  };
}

test('the strongest candidate wins: flag, environment, project file, user file, identity', async () => {
  const all = { flag: 'flag', environment: 'env', project: 'project', userFile: 'file' };
  expect(await resolveKey(candidates(all))).toEqual({ key: 'flag', source: 'flag' });
  expect(await resolveKey(candidates({ ...all, flag: undefined }))).toEqual({ key: 'env', source: 'environment' });
  expect(await resolveKey(candidates({ project: 'project', userFile: 'file', environment: '' }))).toEqual({
    key: 'project',
    source: 'project',
  });
  expect(await resolveKey(candidates({ userFile: 'file' }))).toEqual({ key: 'file', source: 'user file' });
  expect(await resolveKey(candidates({}))).toEqual({ key: 'alice', source: 'identity' });
});

test('templates stand for the person and the branch', async () => {
  expect(await resolveKey(candidates({ project: '{{user}}-{{ gitBranch }}' }))).toMatchObject({ key: 'alice-feature-cart-2' });
  await expect(resolveKey(candidates({ project: '{{ gitBranch }}', readBranch: async () => undefined }))).rejects.toMatchObject({
    code: 'bad_config',
    message: 'The key is made of {{ gitBranch }}, but no Git branch is checked out here.',
  });
  await expect(resolveKey(candidates({ project: 'pr-{{ gitbranch }}' }))).rejects.toMatchObject({
    code: 'bad_config',
    message: 'The key is made of {{ gitbranch }}, which does not exist.',
    hint: 'Did you mean {{ gitBranch }}?',
  });
});

test.each(['root', 'coder', 'vscode', 'codespace', 'node', 'Node', 'root@host'])('%s is a name that everybody has', async (flag) => {
  await expect(resolveKey(candidates({ flag }))).rejects.toMatchObject({ code: 'bad_usage', hint: expect.stringContaining('--key NAME') });
});

test.each([
  ['Alice', 'alice'],
  ['alice@example.com', 'alice'],
  ['@alice', 'alice'],
  ['alice.b_C d', 'alice-b-c-d'],
  ['--x--', 'x'],
  [`${'x'.repeat(62)}-yz`, 'x'.repeat(62)],
  ['Ä', undefined],
  ['', undefined],
])('%s as a label is %s', (text, label) => {
  expect(toLabel(text)).toBe(label);
});

test('whatever comes in, a label or nothing comes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const label = toLabel(text);
      expect(label === undefined || isLabel(label)).toBe(true);
    }),
  );
});

test('the person is named by the first variable that is set, else by the system', () => {
  const env = { GITHUB_USER: 'octo', GITPOD_GIT_USER_EMAIL: 'pod@example.com', OKTETO_USERNAME: 'ok' };
  expect(findIdentity({ env: { ...env, INTERCEPT_USER: 'alice' }, osUser: 'coder' })).toEqual({ user: 'alice', source: 'INTERCEPT_USER' });
  expect(findIdentity({ env, osUser: 'codespace' })).toEqual({ user: 'octo', source: 'GITHUB_USER' });
  expect(findIdentity({ env: { GITHUB_USER: '', DEVPOD_WORKSPACE_ID: 'ws' }, osUser: 'root' })).toMatchObject({ user: 'ws' });
  expect(findIdentity({ env: {}, osUser: 'bob' })).toMatchObject({ user: 'bob' });
});

test('an owner whose name everybody has is told apart by the machine', () => {
  expect(toOwner({ user: 'Alice@example.com', source: 'x' }, 'laptop')).toBe('alice');
  expect(toOwner({ user: 'root', source: 'x' }, 'Laptop.local')).toBe('root-laptop-local');
  expect(() => toOwner({ user: '***', source: 'INTERCEPT_USER' }, 'laptop')).toThrow('"***" (INTERCEPT_USER) cannot be a name');
});
