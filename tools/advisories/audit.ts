import { runPnpm } from '../process/pnpm.ts';

/** A known weakness of a version that the lockfile names. */
export interface Advisory {
  readonly name: string;
  readonly versions: readonly string[];
  readonly severity: string;
  readonly title: string;
  readonly url: string;
}

/** What the registry knows: `unanswered` says nothing about the dependencies. */
export type Audit =
  | { readonly t: 'answered'; readonly advisories: readonly Advisory[] }
  | { readonly t: 'unanswered'; readonly reason: string };

interface Report {
  readonly advisories: Readonly<
    Record<
      string,
      {
        readonly module_name: string;
        readonly severity: string;
        readonly title: string;
        readonly url: string;
        readonly findings: readonly { readonly version: string }[];
      }
    >
  >;
}

/** Asks `registry` (default: the configured one) about every version of the lockfile in `root`, those of tests and tools included. */
export async function auditDependencies(root: string, registry: string | undefined): Promise<Audit> {
  const result = await runPnpm(['audit', '--json', ...(registry === undefined ? [] : ['--registry', registry])], root);
  const report = parseReport(result.stdout);
  if (report === undefined) return { t: 'unanswered', reason: toReason(`${result.stdout}${result.stderr}`) };
  const advisories = Object.values(report.advisories).map(({ module_name: name, severity, title, url, findings }) => {
    return { name, severity, title, url, versions: findings.map(({ version }) => version) };
  });
  return { t: 'answered', advisories };
}

function parseReport(text: string): Report | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'advisories' in value ? (value as Report) : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a failure that say something, as one. */
function toReason(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^[\s│×]+/u, '').trim());
  return (
    lines
      .filter((line) => line !== '' && !line.startsWith('npm warn'))
      .join(' ')
      .slice(0, 300) || 'no output'
  );
}
