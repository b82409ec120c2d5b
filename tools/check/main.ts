// `pnpm check [STEP...] [--without STEP]`: everything that must hold before a change is taken. The last line counts the steps.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { architecture } from './architecture.ts';
import { comments } from './comments.ts';
import { docs } from './docs.ts';
import { generated } from './generated.ts';
import { limits } from './limits.ts';
import { planted } from './planted.ts';
import { runSteps, type StepResult } from './run-steps.ts';
import type { Step } from './step.ts';
import { toolSteps } from './tools.ts';

const root = join(import.meta.dirname, '..', '..');
const checks: readonly Step[] = [...toolSteps, architecture, comments, limits, generated, docs];
const steps: readonly Step[] = [...checks, planted(checks)];

function selectSteps(names: readonly string[], without: readonly string[]): readonly Step[] {
  const unknown = [...names, ...without].find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) throw new Error(`There is no check "${unknown}"; there are: ${steps.map((step) => step.name).join(', ')}.`);
  return steps.filter((step) => (names.length === 0 || names.includes(step.name)) && !without.includes(step.name));
}

function printResult({ step, outcome, durationMs }: StepResult): void {
  const time = `${(durationMs / 1000).toFixed(1)} s`.padStart(7);
  console.log(
    `${outcome.t === 'passed' ? 'ok  ' : 'FAIL'} ${step.name.padEnd(13)}${time}  ${outcome.t === 'passed' ? outcome.note : step.about}`,
  );
  if (outcome.t === 'failed') console.log(outcome.output.replaceAll(/^/gm, '     '));
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean', default: false }, without: { type: 'string', multiple: true, default: [] } },
    });
    return { help: values.help, selected: selectSteps(positionals, values.without) };
  } catch (error) {
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('. ', 1);
    console.error(`error: ${what.replace(/\.?$/, '.')}\nSee \`pnpm check --help\`.`);
    return undefined;
  }
}

const read = readArguments();
if (read === undefined) {
  process.exitCode = 2;
} else if (read.help) {
  for (const step of steps) console.log(`${step.name.padEnd(13)}${step.about}`);
} else {
  const results = await runSteps(read.selected, root, { width: Math.min(2, availableParallelism()), onResult: printResult });
  const failures = results.filter((result) => result.outcome.t === 'failed').length;
  console.log(`${results.length - failures} passed, ${failures} failed`);
  process.exitCode = failures === 0 ? 0 : 1;
}
