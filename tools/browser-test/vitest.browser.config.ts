import { defineConfig } from 'vitest/config'

// Not called vitest.config.ts: `npm test` leaves this long suite to `npm run test:browser`.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['src/started-system.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
