import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/e2e/**'],
    restoreMocks: true,
    retry: 0,
    // The default leaves a core idle: of two it would use one.
    maxWorkers: '100%',
    testTimeout: 10_000,
  },
});
export default config;
