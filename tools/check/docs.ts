import { access, glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { printed, runCommand } from './command.ts';
import { judge, type Step } from './step.ts';

/** A fenced block of a page that is marked as executable: its info string is `ts run` or `sh run`. */
interface Example {
  readonly language: 'ts' | 'sh';
  readonly code: string;
  readonly line: number;
}

const readmeLimitLines = 60;
const fence = /^```(ts|sh) run\n([\s\S]*?)^```$/gm;

function parseExamples(page: string): Example[] {
  return [...page.matchAll(fence)].map((match) => ({
    language: match[1] === 'ts' ? 'ts' : 'sh',
    code: match[2] ?? '',
    line: page.slice(0, match.index).split('\n').length,
  }));
}

/** What the comments after `console.log(...);` promise; undefined where one of them promises nothing. */
function toPromisedLines(code: string): string[] | undefined {
  const calls = code.split('\n').filter((line) => line.includes('console.log('));
  const promised = calls.flatMap((line) => /console\.log\(.*\);? \/\/ (.*)$/.exec(line)?.[1] ?? []);
  return calls.length > 0 && promised.length === calls.length ? promised : undefined;
}

/** Runs an example in its page's folder, where a package's README can import the package by its name. */
async function runExample(folder: string, example: Example): Promise<string | undefined> {
  const options = { cwd: folder, timeoutMs: 30_000 };
  const result =
    example.language === 'ts'
      ? await runCommand(process.execPath, ['--input-type=module-typescript', '--eval', example.code], options)
      : await runCommand('sh', ['-euc', example.code], options);
  if (result.exitCode !== 0) return `exit code ${result.exitCode ?? 'none (it was stopped after 30 s)'}\n${printed(result)}`;
  const promised = example.language === 'ts' ? toPromisedLines(example.code) : undefined;
  if (promised === undefined || promised.join('\n') === result.stdout.trimEnd()) return undefined;
  return `its comments promise\n${promised.join('\n')}\nbut it printed\n${result.stdout.trimEnd()}`;
}

async function findReadmeMistakes(root: string): Promise<string[]> {
  const findings: string[] = [];
  for await (const manifest of glob('packages/*/package.json', { cwd: root })) {
    const path = join(dirname(manifest), 'README.md');
    const page = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (page === undefined) findings.push(`${path} is missing: say what the package is, what it is not, and show one example.`);
    else if (page.trimEnd().split('\n').length > readmeLimitLines) {
      findings.push(`${path} has more than ${readmeLimitLines} lines: move details to the code or to docs/.`);
    }
  }
  return findings;
}

/** Links of a page to files of the repository that do not exist. */
async function findDeadLinks(root: string, path: string, page: string): Promise<string[]> {
  const targets = [...page.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '');
  const missing = await Promise.all(
    targets.map(
      async (target) =>
        await access(join(root, dirname(path), target)).then(
          () => [],
          () => [`${path} links to ${target}, which does not exist.`],
        ),
    ),
  );
  return missing.flat();
}

/** Runs what README files and docs show, and follows their links. */
export const docs: Step = {
  name: 'docs',
  about: 'examples marked `run` work and print what they promise; links lead somewhere; a README per package',
  alone: true,
  run: async (root) => {
    const findings = await findReadmeMistakes(root);
    let count = 0;
    for await (const path of glob(['*.md', 'docs/**/*.md', 'packages/*/*.md', 'proto/**/*.md', 'examples/**/*.md'], {
      cwd: root,
      exclude: (name) => name === 'node_modules',
    })) {
      const page = await readFile(join(root, path), 'utf8');
      findings.push(...(await findDeadLinks(root, path, page)));
      for (const example of parseExamples(page)) {
        count += 1;
        const mistake = await runExample(join(root, dirname(path)), example);
        if (mistake !== undefined) findings.push(`${path}:${example.line} the example does not work: ${mistake}`);
      }
    }
    return judge(findings, `${count} examples`);
  },
};
