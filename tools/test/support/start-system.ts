import { removeStack, startOwnStack } from '@ads-tracker/local-servers'

export interface System {
  /** Without a slash at the end. */
  origin: string
  /** With all scopes. */
  apiKey: string
}

/** `npm start` on ports and data of its own, open to the pages of every origin. `end` stops it and removes its data. */
export async function startSystem(): Promise<System & { end(): Promise<void> }> {
  const { stack, env } = await startOwnStack({ CORS_ORIGINS: '*' })
  const { origin, apiKey, stop } = stack
  return { origin, apiKey, end: () => stop().then(() => removeStack(env)) }
}
