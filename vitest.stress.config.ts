import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What takes many connections, much data or real waiting: `pnpm test:stress`. One file after the other, as each wants the machine. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/stress/**/*.stress.ts'],
    fileParallelism: false,
    retry: 0,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
export default config;
