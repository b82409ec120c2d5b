import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pickPort, isListening } from './free-port.ts';
import { openProcessOwner } from './process-owner.ts';
import { isAlive, listTree } from './process-tree.ts';
import { waitFor } from './wait-for.ts';

const node = process.execPath;

test('stops a program that ignores SIGTERM, with the children that it started', async () => {
  await using owner = openProcessOwner('switchyard-test', process.env, 200);
  const child = `setInterval(() => {}, 1000)`;
  const script = `process.on('SIGTERM', () => {}); require('node:child_process').spawn(process.execPath, ['-e', '${child}']); setInterval(() => {}, 1000); console.log('up')`;
  const program = owner.start('stubborn', node, { args: ['-e', script] });
  await waitFor(() => program.readLog().includes('up') && listTree(program.pid).length === 2, { what: 'both processes' });
  const tree = listTree(program.pid);

  await program.stop();

  expect(tree.filter(isAlive)).toEqual([]);
});

test('crashes a program without asking it', async () => {
  await using owner = openProcessOwner('switchyard-test', process.env);
  const port = await pickPort();
  const program = owner.start('server', node, { args: ['-e', `require('node:net').createServer().listen(${port}, '127.0.0.1')`] });
  await program.listening(port);

  await program.crash();

  expect(await isListening(port)).toBe(false);
  expect(isAlive(program.pid)).toBe(false);
});

test('says the last words of a program that ends before it listens', async () => {
  await using owner = openProcessOwner('switchyard-test', process.env);
  const program = owner.start('broken', node, { args: ['-e', `console.error('port 1 is taken'); process.exit(1)`] });
  await expect(program.listening(await pickPort())).rejects.toThrow(/broken ended too early[\s\S]*port 1 is taken/);
});

test('removes its folder, unless asked to keep it', async () => {
  const owner = openProcessOwner('switchyard-test', process.env);
  await owner[Symbol.asyncDispose]();
  expect(existsSync(owner.folder)).toBe(false);
});

test('takes another port where the preferred one is taken', async () => {
  await using owner = openProcessOwner('switchyard-test', process.env);
  const port = await pickPort();
  expect(await pickPort(port)).toBe(port);
  await owner.start('server', node, { args: ['-e', `require('node:net').createServer().listen(${port}, '127.0.0.1')`] }).listening(port);
  expect(await pickPort(port)).not.toBe(port);
});
