import { defineConfig } from 'vitest/config'

/** What is polled for comes in milliseconds, but not on a machine that does much else. */
const patience = { expect: { poll: { timeout: 10_000 } }, hookTimeout: 120_000 }

type Server = 'postgres' | 'kafka'

/** The `vitest.config.ts` of a project whose tests need no server. */
export function unitTests() {
  return defineConfig({ test: { ...patience, include: ['test/**/*.test.ts'], testTimeout: 60_000 } })
}

/**
 * The `vitest.config.ts` of a project that tests against real servers: those named (both when none is)
 * are started once for the run, unless TEST_DATABASE_URL or TEST_KAFKA_BROKERS point at running ones.
 */
export function serverTests(...servers: Server[]) {
  const needed = servers.length > 0 ? servers : ['postgres', 'kafka']
  return defineConfig({
    test: {
      ...patience,
      include: ['test/**/*.test.ts'],
      env: { TEST_SERVERS: needed.join(',') },
      globalSetup: ['@ads-tracker/local-servers/global-setup'],
      testTimeout: 120_000,
    },
  })
}
