import type { ProxyVerdict } from '../../test/other-proxies/try-vector.ts';

/** What one proxy did with all vectors. */
export interface ProxyResult {
  readonly name: string;
  readonly verdicts: readonly { readonly vector: string; readonly verdict: ProxyVerdict }[];
}

/** The page `docs/other-proxies.md`. */
export function toProxiesPage(results: readonly ProxyResult[]): string {
  const kinds = ['as we do', 'refused', 'repaired', 'wrong'] as const;
  const rows = results.map(({ name, verdicts }) => {
    const counts = kinds.map((kind) => verdicts.filter(({ verdict }) => verdict.t === kind).length);
    return `| ${name} | ${counts.join(' | ')} |`;
  });
  const lists = results.map(({ name, verdicts }) => `### ${name}\n\n${toList(verdicts)}\n`);
  return `# What other proxies let through

The request vectors of \`test/vectors\`, sent through other proxies in their plainest set-up: \`x-intercept-id\` chooses the side, connections to
origins are kept. Written by \`node tools/other-proxies/main.ts --write\`; the versions are those that were installed.

- **as we do**: the same requests go on to the same sides, or none does where we refuse.
- **refused**: what we pass is answered by the proxy, or lost.
- **repaired**: what we refuse goes on in a form that all readers take for the same requests. That is a choice, and no fault.
- **wrong**: what goes on is read in different ways by servers with the habits of \`oddServers\`, or a request reaches a side that nobody chose, or
  the proxy's process ends of it.

It says nothing about answers and upgrades, nothing about what a key means to its next reader (HAProxy hands a NUL on), and nothing about other
set-ups of the same proxies.

| proxy | as we do | refused | repaired | wrong |
| ----- | -------: | ------: | -------: | ----: |
${rows.join('\n')}

## What goes wrong

${lists.join('\n')}`;
}

function toList(verdicts: ProxyResult['verdicts']): string {
  const wrong = verdicts.flatMap(({ vector, verdict }) => (verdict.t === 'wrong' ? [`- ${toCode(vector)}: ${toCode(verdict.why)}`] : []));
  return wrong.length === 0 ? 'Nothing here.' : wrong.join('\n');
}

function toCode(text: string): string {
  return `\`${text.length > 160 ? `${text.slice(0, 160)}...` : text}\``.replaceAll('\n', ' ');
}
