import { defineConfig } from 'vitest/config'

// One file after the other: they share one started system, and some measure time.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], globalSetup: ['src/started-system.ts'], fileParallelism: false, testTimeout: 30_000, hookTimeout: 60_000 },
})
