import type { TestProject } from 'vitest/node'
import { type System, startSystem } from './start-system.ts'

declare module 'vitest' {
  interface ProvidedContext {
    system: Pick<System, 'origin' | 'apiKey'>
  }
}

/** One started system for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { origin, apiKey, end } = await startSystem()
  project.provide('system', { origin, apiKey })
  return end
}
