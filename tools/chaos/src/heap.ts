import { once } from 'node:events'
import type { SupervisedApp } from './supervised-app.ts'
import { until } from './until.ts'

/** Opens the debugger at SIGUSR1 on a free port instead of on 9229, which another process may have. */
export const debuggable = '--inspect-port=127.0.0.1:0'

const patience = 30_000

/**
 * Megabytes that a process still refers to, on the heap and outside of it: after a full garbage collection, so that what V8
 * has not collected yet does not count. Resident memory tells nothing about a leak: V8 lets the young generation alone grow
 * to 128 MB where there is much memory. The process must run with {@link debuggable}; SIGUSR1 opens its debugger.
 */
export async function heldMegabytes(app: Pick<SupervisedApp, 'name' | 'signal' | 'output'>): Promise<number> {
  app.signal('SIGUSR1')
  const address = () => [...app.output().matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1]
  const socket = new WebSocket(await until(`${app.name} opens its debugger`, address, { within: patience }))
  try {
    await once(socket, 'open', { signal: AbortSignal.timeout(patience) })
    // the second one takes what finalizers of the first have let go
    await ask(socket, 'HeapProfiler.collectGarbage')
    await ask(socket, 'HeapProfiler.collectGarbage')
    const expression = '(({ heapUsed, external }) => (heapUsed + external) / 1024 ** 2)(process.memoryUsage())'
    const { result } = await ask<{ result: { value: number } }>(socket, 'Runtime.evaluate', { expression })
    return result.value
  } finally {
    socket.close()
  }
}

// https://chromedevtools.github.io/devtools-protocol: one question at a time, and no events as none were enabled.
async function ask<T>(socket: WebSocket, method: string, params: object = {}): Promise<T> {
  const answered = once(socket, 'message', { signal: AbortSignal.timeout(patience) }) as Promise<{ data: string }[]>
  socket.send(JSON.stringify({ id: 1, method, params }))
  const [message] = await answered
  const { result, error } = JSON.parse(message?.data ?? '{}') as { result: T; error?: { message: string } }
  if (error) throw new Error(`the debugger refuses ${method}: ${error.message}`)
  return result
}
