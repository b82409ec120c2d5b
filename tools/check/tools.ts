import { printed, runTool } from './command.ts';
import { failed, passed, type Outcome, type Step } from './step.ts';

/** A step that is one program: it passes when the program exits with 0. */
function toolStep(step: Omit<Step, 'run'>, tool: string, args: readonly string[], toNote: (output: string) => string): Step {
  return {
    ...step,
    run: async (root) => {
      const result = await runTool(tool, args, { cwd: root, timeoutMs: 300_000 });
      return result.exitCode === 0 ? passed(toNote(printed(result))) : failed(printed(result));
    },
  };
}

function find(pattern: RegExp): (output: string) => string {
  return (output) => pattern.exec(output)?.[0] ?? '';
}

const format = toolStep(
  { name: 'format', about: 'one way to lay code out (fix: pnpm format)', alone: false },
  'oxfmt',
  ['--check', '.'],
  find(/\d+ files/),
);

const lint = toolStep(
  { name: 'lint', about: 'lost promises, unchecked types, forbidden things with their reason (.oxlintrc.json)', alone: false },
  'oxlint',
  ['--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
  find(/\d+ files with \d+ rules/),
);

const types = toolStep({ name: 'types', about: 'the compiler at its strictest', alone: false }, 'tsc', ['--noEmit', '-p', '.'], () => '');

const tests = toolStep({ name: 'tests', about: 'every test that needs no special tool', alone: true }, 'vitest', ['run'], (output) =>
  [...output.matchAll(/^\s*Tests\s+(.*)$/gm)].map((match) => match[1]?.trim()).join(''),
);

/** Files, dependencies and exports that nothing uses; of public exports only values, as a type may be there to be named. */
const unused: Step = {
  name: 'unused',
  about: 'files, dependencies and exports that nothing uses (knip.json)',
  alone: false,
  run: async (root): Promise<Outcome> => {
    const everything = await runTool('knip', ['--no-config-hints', '--no-progress'], { cwd: root });
    const entries = await runTool('knip', ['--no-config-hints', '--no-progress', '--include-entry-exports', '--include', 'exports'], {
      cwd: root,
    });
    const output = [everything, entries].filter((result) => result.exitCode !== 0).map(printed);
    return output.length === 0 ? passed('') : failed(output.join('\n'));
  },
};

/** The steps that are somebody else's program. */
export const toolSteps: readonly Step[] = [format, lint, types, unused, tests];
