import { removeStack, startOwnStack } from '@ads-tracker/local-servers'

export interface System {
  /** Without a slash at the end. */
  origin: string
  /** With all scopes. */
  apiKey: string
  /** Stops it and removes its data. */
  end(): Promise<void>
}

/** `npm start` on ports and data of its own, open to the pages of every origin. */
export async function startSystem(): Promise<System> {
  const { stack, env } = await startOwnStack({ CORS_ORIGINS: '*' })
  const { origin, apiKey, stop } = stack
  const end = async () => {
    await stop()
    removeStack(env)
  }
  return { origin, apiKey, end }
}
