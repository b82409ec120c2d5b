import { architecturePlants } from './architecture.ts';
import { lintPlants } from './lint.ts';
import type { Plant } from './plant.ts';

const tick = '```';
// In a variable, as a comment in this file's own text would count.
const suppress = ['oxlint', 'disable', 'next-line'].join('-');

/** At least one violation for every step of `pnpm check`. */
export const plants: readonly Plant[] = [
  {
    step: 'format',
    about: 'a file that is laid out differently',
    files: { 'packages/planted/src/index.ts': 'export  const planted = "double quotes"\n' },
    expect: [/packages\/planted\/src\/index\.ts/],
  },
  {
    step: 'types',
    about: 'a number that is used as a string, and an array element that may be missing',
    files: {
      'packages/planted/src/index.ts': "export const planted: string = 1;\nexport const first: string = ['a'][0];\n",
    },
    expect: [/index\.ts\(1,14\): error TS2322/, /index\.ts\(2,14\): error TS2322/],
  },
  {
    step: 'unused',
    about: 'a file that nothing imports, an export that nothing uses, a dependency that nothing needs',
    files: {
      'packages/planted/package.json': JSON.stringify({ name: 'planted', exports: './src/index.ts', dependencies: { unneeded: '1.0.0' } }),
      'packages/planted/src/index.ts': "import { used } from './used.ts';\nexport const exported: string = used;\n",
      'packages/planted/src/used.ts': "export const used = '';\nexport const inner = '';\n",
      'packages/planted/src/dead.ts': 'export {};\n',
    },
    expect: [/packages\/planted\/src\/dead\.ts/, /unneeded/, /\binner\b/, /\bexported\b/],
  },
  {
    step: 'tests',
    about: 'a test that fails',
    files: {
      'packages/planted/src/planted.test.ts':
        "import { expect, test } from 'vitest';\ntest('planted', () => {\n  expect(1).toBe(2);\n});\n",
    },
    expect: [/planted\.test\.ts > planted/, /expected 1 to be 2/],
  },
  {
    step: 'comments',
    about: 'an export without a doc comment, a suppression without a reason',
    files: { 'packages/planted/src/index.ts': `export function planted(): void {}\n// ${suppress} no-console\n` },
    expect: [/index\.ts:1 planted is exported without a doc comment/, /index\.ts:2 a rule is switched off without a reason/],
  },
  {
    step: 'limits',
    about: 'a limit that no test names, and a test that names one which does not exist',
    files: {
      'packages/planted/src/limits.ts': "export const plantedLimits = { mostPlants: { value: 1, unit: 'count', about: '' } };\n",
      'packages/planted/src/planted.test.ts': "test('too many plants are refused [planted.plants]', () => {});\n",
    },
    expect: [/planted\.mostPlants is reached by no test/, /planted\.test\.ts names \[planted\.plants\]/],
  },
  {
    step: 'generated',
    about:
      'a page that somebody edited by hand, one that is missing, a schema of another day, and protocol code that proto/ no longer gives',
    copies: ['packages', 'proto'],
    files: {
      'packages/planted/src/limits.ts': "export const limits = { planted: { value: 1, unit: 'count', about: 'Planted.' } };\n",
      'LIMITS.md': '# Limits\n',
      'packages/manager/schema/manager.schema.json': '{}\n',
      'packages/wire/src/generated/old_pb.ts': 'export {};\n',
    },
    expect: [
      /LIMITS\.md is not what its sources say/,
      /errors\.md is not what its sources say/,
      /cli\.md is not what its sources say/,
      /manager\.schema\.json is not what its sources say/,
      /old_pb\.ts is not what its sources say/,
    ],
  },
  {
    step: 'docs',
    about: 'examples that fail, lie, or name a missing file; a package without a page about itself',
    files: {
      'packages/planted/package.json': '{}',
      'README.md': [
        `${tick}sh run\nexit 3\n${tick}`,
        `${tick}ts run\nthrow new Error('planted');\n${tick}`,
        `${tick}ts run\nconsole.log(1 + 1); // 3\n${tick}`,
        '[a page](missing.md)',
        '',
      ].join('\n\n'),
    },
    expect: [
      /README\.md:1 .*exit code 3/,
      /Error: planted/,
      /promise\s+3\s+but it printed\s+2/,
      /links to missing\.md/,
      /packages\/planted\/README\.md is missing/,
    ],
  },
  ...architecturePlants,
  ...lintPlants,
];
