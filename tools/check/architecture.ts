import { glob } from 'node:fs/promises';
import { printed, runTool } from './command.ts';
import { failed, judge, type Outcome, type Step } from './step.ts';

/** The part of dependency-cruiser's JSON report that is read here. */
interface Report {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly totalDependenciesCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
      readonly comment?: string;
    }[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string; readonly comment?: string }[] };
  };
}

const folders = ['packages', 'tools', 'test', 'examples'];

async function listSources(root: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob('{packages/*/src,tools,test,examples}/**/*.ts', {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  })) {
    paths.push(path);
  }
  return paths;
}

/** Every source must have been cruised: the tool is content when it understands no file at all. */
function findUnseen(sources: readonly string[], report: Report): string[] {
  const seen = new Set(report.modules.map((module) => module.source));
  return sources.filter((path) => !seen.has(path)).map((path) => `not-cruised: ${path} was not looked at; is its TypeScript understood?`);
}

function toFindings(report: Report): string[] {
  const comments = new Map(report.summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment ?? '']));
  return report.summary.violations.map(
    (violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}\n    ${comments.get(violation.rule.name) ?? ''}`,
  );
}

/** Ranks, library owners, cycles, deep and unresolvable imports: `.dependency-cruiser.mjs`. */
export const architecture: Step = {
  name: 'architecture',
  about: 'which package may import what (.dependency-cruiser.mjs)',
  alone: false,
  run: async (root): Promise<Outcome> => {
    const sources = await listSources(root);
    const present = folders.filter((folder) => sources.some((path) => path.startsWith(`${folder}/`)));
    const result = await runTool('depcruise', [...present, '--config', '.dependency-cruiser.mjs', '--output-type', 'json'], { cwd: root });
    if (!result.stdout.startsWith('{')) return failed(printed(result));
    const report = JSON.parse(result.stdout) as Report;
    const findings = [...findUnseen(sources, report), ...toFindings(report)];
    return judge(findings, `${sources.length} files, ${report.summary.totalDependenciesCruised} imports`);
  },
};
