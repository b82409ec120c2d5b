import type { Host } from './host.ts';

/**
 * Whether a script of this program's own repository, or npx, stands between the person and this process. A project's own script keeps its
 * environment.
 */
function isWrapped(env: Host['env']): boolean {
  const event = env['npm_lifecycle_event'];
  return event === 'npx' || (event === 'intercept' && env['npm_package_name'] === 'switchyard');
}

/** The directory that the person is in: a wrapper changes to its own and leaves the first one in `INIT_CWD`. */
export function toPersonsFolder(env: Host['env'], cwd: string): string {
  return (isWrapped(env) ? env['INIT_CWD'] : undefined) ?? cwd;
}

/** The person's own environment: without the variables and the leading PATH entries that the wrapper added. */
export function toPersonsEnvironment(env: Host['env']): Record<string, string | undefined> {
  if (!isWrapped(env)) return { ...env };
  const kept = Object.entries(env).filter(
    ([name, value]) => !/^(?:npm|pnpm)_/i.test(name) && name !== 'INIT_CWD' && !(name === 'NODE' && value === env['npm_node_execpath']),
  );
  const path = (env['PATH'] ?? '').split(':');
  const first = path.findIndex((entry) => !/(?:^|\/)(?:node_modules\/\.bin|node-gyp-bin)$/.test(entry));
  return { ...Object.fromEntries(kept), PATH: path.slice(Math.max(0, first)).join(':') };
}
