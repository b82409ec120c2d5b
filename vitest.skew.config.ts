import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Programs of this version and of the one before, with each other: `pnpm test:skew`. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/skew/**/*.skew.ts'],
    globalSetup: ['test/skew/global-setup.ts'],
    retry: 0,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
export default config;
