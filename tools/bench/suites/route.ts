import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Suite } from '../suite.ts';
import { toTable } from '../table.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../route.ts', import.meta.url));

/** What `route.ts` prints of one kind of decision: nanoseconds by the number of intercepts. */
interface Line {
  readonly name: string;
  readonly nanoseconds: Readonly<Record<string, number>>;
}

/** What a routing decision costs, alone in its process. */
export const routeSuite: Suite = {
  name: 'route',
  about: 'cost of a routing decision',
  run: async ({ workbench, signal, say }) => {
    say('cost of a routing decision');
    const { stdout } = await run('taskset', ['-c', String(workbench.proxyCpu), process.execPath, script], { signal });
    const lines = JSON.parse(stdout.slice(stdout.indexOf('\n['))) as readonly Line[];
    const sizes = Object.keys(lines[0]?.nanoseconds ?? {});
    const columns = [
      { title: 'decision', isText: true, cell: ({ name }: Line) => name },
      ...sizes.map((size) => ({ title: Number(size).toLocaleString('en'), cell: ({ nanoseconds }: Line) => toNanos(nanoseconds[size]) })),
    ];
    return { title: 'Cost of a routing decision', markdown: `${about}\n\n${toTable(columns, lines)}`, plots: [], raw: lines };
  },
};

function toNanos(nanoseconds = Number.NaN): string {
  return Math.round(nanoseconds).toLocaleString('en');
}

const about = `Nanoseconds of CPU time per decision, by the number of intercepts on the port, the one that is met being the last of them. "new snapshot" is the cost of
taking a change over, where all other rules stay.`;
