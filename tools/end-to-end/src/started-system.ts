import { removeStack, stackEnvironment, startStack } from '@ads-tracker/testing'

/** Starts the system that the suite drives, unless BASE_URL names the origin of one (and API_KEY a key of it). */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.BASE_URL) return undefined
  const env = await stackEnvironment()
  const stack = await startStack(env)
  process.env.BASE_URL = stack.origin
  process.env.API_KEY = stack.apiKey
  return async () => {
    await stack.stop()
    removeStack(env)
  }
}
