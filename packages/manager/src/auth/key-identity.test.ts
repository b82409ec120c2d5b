import type { Hello } from '@switchyard/tunnel';
import { expect, test } from 'vitest';
import { createKeyIdentity } from './key-identity.ts';

const hello: Hello = {
  instance: '0123456789abcdef',
  owner: 'mallory',
  client: 'laptop',
  token: undefined,
  publicKey: 'key-of-alice',
  version: 1,
};

test('the owner is whose object has the key, whatever the agent says, as soon as there is one', () => {
  const owners = new Map<string, readonly string[]>();
  const identity = createKeyIdentity((publicKey) => owners.get(publicKey) ?? [])(hello);
  expect([identity.owner, identity.isStranger]).toEqual(['(no intercept)', true]);
  owners.set('key-of-alice', ['alice@example.com']);
  expect([identity.owner, identity.isStranger]).toEqual(['alice@example.com', false]);
});

test('whoever copies the key of another into an older object of theirs does not become the owner of the other’s sessions', () => {
  const owners = ['mallory', `alice@example.com ${'x'.repeat(200)}`];
  const owner = owners[1] ?? '';
  const identify = createKeyIdentity(() => owners);
  expect(identify({ ...hello, owner: owner.slice(0, 128) }).owner).toBe(owner);
  expect(identify({ ...hello, owner: 'carol' }).owner).toBe('mallory');
});

test('an agent that proves no key is nobody', () => {
  const identify = createKeyIdentity(() => ['alice']);
  expect(() => identify({ ...hello, publicKey: undefined })).toThrow(expect.objectContaining({ code: 'not_signed_in' }));
});
