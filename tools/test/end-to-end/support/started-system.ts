import { removeStack, startOwnStack } from '@ads-tracker/local-servers'
import type { TestProject } from 'vitest/node'

export interface System {
  /** Without a slash at the end. */
  origin: string
  /** With all scopes. */
  apiKey: string
}

declare module 'vitest' {
  interface ProvidedContext {
    system: System
  }
}

/** Starts the system that the suite drives, unless BASE_URL names the origin of one (and API_KEY a key of it). */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = String(project.config.env.SYSTEM_ORIGIN ?? '')
  if (given !== '') {
    project.provide('system', { origin: given.replace(/\/$/, ''), apiKey: process.env.API_KEY ?? '' })
    return undefined
  }
  const { stack, env } = await startOwnStack()
  project.provide('system', { origin: stack.origin, apiKey: stack.apiKey })
  return async () => {
    await stack.stop()
    removeStack(env)
  }
}
