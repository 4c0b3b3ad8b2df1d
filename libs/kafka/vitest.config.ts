import { serverTests } from '@ads-tracker/local-servers/vitest'
import { defineConfig } from 'vitest/config'

const { globalSetup, ...shared } = serverTests('kafka').test ?? {}

function suite(name: string, fastPath: boolean, exclude: string[] = []) {
  return { test: { ...shared, name, exclude, env: { ...shared.env, KAFKA_FAST_PATH: String(fastPath) } } }
}

/** The tests run twice: with what is in src/fast-path, and as kafkajs does it. Those of src/fast-path itself run once. */
export default defineConfig({
  test: {
    globalSetup,
    env: shared.env,
    projects: [suite('fast path', true), suite('kafkajs', false, ['test/fast-path/**'])],
  },
})
