import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What takes minutes on a cluster: `pnpm test:e2e --long`. One file after the other, as some stop the API server. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/e2e/long/*.long.ts'],
    fileParallelism: false,
    retry: 0,
    testTimeout: 420_000,
    hookTimeout: 180_000,
  },
});
export default config;
