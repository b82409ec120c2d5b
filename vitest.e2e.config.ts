import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The suite that needs a cluster: `pnpm test:e2e`. One file after the other, as some stop the API server. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    fileParallelism: false,
    retry: 0,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
export default config;
