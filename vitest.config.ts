import { join } from 'node:path';
import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';

/** No sockets, no processes, no state in a module: files of one worker share what they import, as loading it for each costs more than most run. */
const pure = ['packages/{config,contract,http1,policy,route,wire}/src/**/*.test.ts'];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: 'rest',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/e2e/**', ...pure],
        },
      },
    ],
    restoreMocks: true,
    retry: 0,
    // For the programs that tests start: what one has compiled the next need not.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    // The default leaves a core idle: of two it would use one.
    maxWorkers: '100%',
    // Few take a tenth of it; a machine may be busy with something else.
    testTimeout: 30_000,
  },
});
export default config;
