import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judge, type Step } from './step.ts';

// Spelt so that this file does not look like one that switches a rule off.
const suppression = /oxlint-disabl[e]/;
const declaration = /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const) (\w+)/;

/** Exports of `source` without a doc comment. Overloads after the first share its comment, and so does a block of constants. */
function findUndocumented(path: string, source: string): string[] {
  const lines = source.split('\n');
  return lines.flatMap((line, index) => {
    const name = declaration.exec(line)?.[1];
    if (name === undefined) return [];
    const before = lines[index - 1]?.trim() ?? '';
    const documented = before.endsWith('*/') || declaration.exec(before)?.[1] === name || (isConstant(line) && isConstant(before));
    return documented
      ? []
      : [`${path}:${index + 1} ${name} is exported without a doc comment: say its contract, units, defaults and errors.`];
  });
}

function isConstant(line: string): boolean {
  return line.startsWith('export const ');
}

/** Suppressions that do not say why. */
function findUnreasoned(path: string, source: string): string[] {
  return source
    .split('\n')
    .flatMap((line, index) =>
      suppression.test(line) && !/ -- \S/.test(line)
        ? [`${path}:${index + 1} a rule is switched off without a reason: write it after " -- ".`]
        : [],
    );
}

/** Doc comments on exports, and reasons on suppressions. */
export const comments: Step = {
  name: 'comments',
  about: 'a doc comment on every export, a reason on every suppressed rule',
  alone: false,
  run: async (root) => {
    const findings: string[] = [];
    let files = 0;
    for await (const path of glob('{packages/*/src,tools,test}/**/*.ts', { cwd: root, exclude: (name) => name === 'node_modules' })) {
      if (path.includes('/generated/')) continue;
      files += 1;
      const source = await readFile(join(root, path), 'utf8');
      findings.push(...findUnreasoned(path, source));
      if (path.startsWith('packages/') && !path.endsWith('.test.ts')) findings.push(...findUndocumented(path, source));
    }
    return judge(findings, `${files} files`);
  },
};
