import { removeStack, stackEnvironment, startStack } from '@ads-tracker/testing'

export interface System {
  /** Without a slash at the end. */
  origin: string
  /** With all scopes. */
  apiKey: string
  /** Stops it and removes its data. */
  end(): Promise<void>
}

/** `npm start` on ports and data of its own, open to the pages of every origin. */
export async function startSystem(attempts = 3): Promise<System> {
  const env = { ...(await stackEnvironment()), CORS_ORIGINS: '*' }
  try {
    const { origin, apiKey, stop } = await startStack(env)
    const end = async () => {
      await stop()
      removeStack(env)
    }
    return { origin, apiKey, end }
  } catch (error) {
    // a port that was free when it was asked for may be taken, on a busy machine, when it is used
    removeStack(env)
    if (attempts > 1) return startSystem(attempts - 1)
    throw error
  }
}
