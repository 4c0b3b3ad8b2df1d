import { defineConfig } from 'vitest/config'

// Not called vitest.config.ts: these suites are long, and not part of `npm test`. One at a time, they measure.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
  },
})
