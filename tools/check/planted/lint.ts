import type { Plant } from './plant.ts';

// In a variable, as a comment in this file's own text would count.
const suppress = ['oxlint', 'disable', 'next-line'].join('-');

/** Line by line: what is written, and the rule and reason that must answer. */
const bans: readonly (readonly [line: string, answer: RegExp])[] = [
  ["import { exec } from 'node:child_process';", /can become a command: use spawn or execFile/],
  ["import { setTimeout as sleep } from 'node:timers/promises';", /use|take a Clock \(contract\), or `sleep/],
  ["import proxy from 'http-proxy';", /forwards one chunked DELETE as two requests/],
  ["import net from 'net';", /prefer-node-protocol/],
  ['export const home = process.env[`HOME`];', /main\.ts reads the environment/],
  ['export const args = process.argv;', /main\.ts reads the arguments/],
  ['export const exit = (): void => process.exit(1);', /skips every disposal/],
  ['export const onSignal = (): unknown => process.on(`SIGTERM`, exit);', /belong to the process edge/],
  ['export const out = process.stdout;', /Only the command line's renderer/],
  ['export const wait = (): unknown => setTimeout(exit, 1);', /take a Clock \(contract\) and call `after`/],
  ['export const now = Date.now();', /`now\(\)` measures/],
  ['export const id = Math.random();', /node:crypto for ids and secrets/],
  ['export const say = (): void => console.log(home);', /no-console/],
  ['export const anything: any = 1;', /no-explicit-any/],
  ['export const length = anything.length;', /no-unsafe-member-access/],
  ['export const first: string = [`a`][0]!;', /no-non-null-assertion/],
  ['export const lose = (): void => { Promise.reject(new Error()); };', /no-floating-promises/],
  ['export const each = (): void => { [1].forEach(async () => { await sleep(1); }); };', /no-misused-promises/],
  ["export const name = (side: 'a' | 'b'): void => { switch (side) { case 'a': say(); } };", /switch-exhaustiveness-check/],
  ['// TODO: planted', /no-warning-comments/],
  ['export default net;', /no-default-export/],
  ['export const used: unknown = [exec, proxy];', /./],
];

/** One violation of each ban of `.oxlintrc.json`. */
export const lintPlants: readonly Plant[] = [
  {
    step: 'lint',
    about: 'one violation of each ban',
    files: { 'packages/planted/src/index.ts': `${bans.map(([line]) => line).join('\n')}\n` },
    expect: bans.map(([, answer]) => answer),
  },
  {
    step: 'lint',
    about: 'a file that is too long, and a suppression that suppresses nothing',
    files: {
      'packages/planted/src/long.ts': Array.from({ length: 301 }, (_, index) => `export const planted${index} = ${index};\n`).join(''),
      'packages/planted/src/quiet.ts': `// ${suppress} no-console -- planted\nexport {};\n`,
    },
    expect: [/max-lines/, /[Uu]nused (?:eslint|oxlint)-disable/],
  },
];
