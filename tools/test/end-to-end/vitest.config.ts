import { defineConfig } from 'vitest/config'

// Read here, because Vite has a BASE_URL of its own and puts it into the environment later.
const { BASE_URL = '' } = process.env

// One file after the other: they share one started system, and some measure time.
export default defineConfig({
  test: {
    include: ['*.test.ts'],
    env: { SYSTEM_ORIGIN: /^https?:/.test(BASE_URL) ? BASE_URL : '' },
    globalSetup: ['../support/started-system.ts'],
    fileParallelism: false,
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
