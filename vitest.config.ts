import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/e2e/**'],
    restoreMocks: true,
    retry: 0,
    // For the programs that tests start: what one has compiled the next need not.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    // The default leaves a core idle: of two it would use one.
    maxWorkers: '100%',
    testTimeout: 10_000,
  },
});
export default config;
