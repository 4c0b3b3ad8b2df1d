import { setTimeout as pause } from 'node:timers/promises'
import type { Context, Layer } from './context.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { supervise } from './supervise.ts'
import { warning } from './warnings.ts'

interface App {
  name: string
  /** Path from the root of the repository, such as `apps/ads-api/src/main.ts`. */
  script: string
  layer: Layer
  port: number
  env: Record<string, string>
  /** Answers 200 when it can do its job. */
  ready?: string
}

/** Starts an app, waits until it is ready, and supervises it from then on. */
export async function app(
  context: Context,
  { name, script, layer, port, env, ready = '/readyz' }: App,
): Promise<string> {
  const { children, say, onStop, log, cache } = context
  const start = async (): Promise<NodeProcess> =>
    startNode({
      script,
      log: log(name),
      cache,
      onSpawn: (pid) => children.add(name, pid),
      onLine(line) {
        const shown = warning(name, line)
        if (shown !== undefined) say(shown)
      },
      env: { HOST: '127.0.0.1', PORT: String(port), ...env },
    })
  const running = await start()
  const url = `http://127.0.0.1:${port}`
  await untilReady(name, running, url + ready)
  onStop(layer, supervise(running, { name, start, ending: (server) => server.ending(), say }).stop)
  return url
}

async function untilReady(name: string, server: NodeProcess, url: string): Promise<void> {
  let ended = false
  void server.exited.then(() => (ended = true))
  const deadline = performance.now() + 30_000
  for (let answer = 'no answer'; ; await pause(50)) {
    if (ended) throw new Error(`${name} ${server.ending()} while it was starting`)
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    if (response?.ok) return void (await response.body?.cancel())
    answer = response ? `${response.status} ${await response.text()}` : answer
    if (performance.now() > deadline) throw new Error(`${name} is not ready after 30 s: ${answer}`)
  }
}
