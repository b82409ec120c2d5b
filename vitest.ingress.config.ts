import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Sessions through the ingresses of others: `pnpm test:ingress`. An ingress that is not installed is skipped, and says so. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/ingress/**/*.ingress.ts'],
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
export default config;
