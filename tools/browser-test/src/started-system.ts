import { removeStack, type RunningStack, stackEnvironment, startStack } from '@ads-tracker/testing'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    system: Pick<RunningStack, 'origin' | 'apiKey'>
  }
}

/** `npm start` for the whole run, open to the pages of every origin. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env, origin, apiKey, stop } = await start()
  project.provide('system', { origin, apiKey })
  return async () => {
    await stop()
    removeStack(env)
  }
}

// A port that was free when it was asked for may be taken on a busy machine when it is used.
async function start(attempts = 3): Promise<RunningStack & { env: Record<string, string> }> {
  const env = { ...(await stackEnvironment()), CORS_ORIGINS: '*' }
  try {
    return { ...(await startStack(env)), env }
  } catch (error) {
    removeStack(env)
    if (attempts > 1) return start(attempts - 1)
    throw error
  }
}
