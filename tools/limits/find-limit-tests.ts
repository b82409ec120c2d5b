import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const places = ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.{test,e2e,stress}.ts'];
/** A title that names a limit: `a stream that says nothing is closed [tunnel.helloMs]`. */
const title = /['"`][^\n]*?\[[\w.]+\][^\n]*?['"`]/g;
const tag = /\[(\w+\.\w+)\]/g;

/** Which files test a limit, by `PACKAGE.LIMIT`: those with a title that names it in brackets. */
export async function findLimitTests(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const tests = new Map<string, string[]>();
  for await (const path of glob(places, { cwd: root, exclude: (name) => name === 'node_modules' })) {
    const text = await readFile(join(root, path), 'utf8');
    const named = [...text.matchAll(title)].flatMap(([words]) => [...words.matchAll(tag)].map(([, limit = '']) => limit));
    for (const limit of new Set(named)) tests.set(limit, [...(tests.get(limit) ?? []), path]);
  }
  return tests;
}
