import { defineConfig } from 'vitest/config'

// These tests kill their servers, so that each file starts some of its own; one file at a time on two cores.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], fileParallelism: false, testTimeout: 240_000, hookTimeout: 120_000 },
})
