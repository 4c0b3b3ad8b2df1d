import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

export interface LoadOptions {
  /** Origin that takes the clicks, or several to take turns. */
  url: string | string[]
  /** Origin that answers analytics, or several; the same when absent. */
  readUrl?: string | string[]
  clicksPerSecond: number
  readsPerSecond?: number
  adId?: number
  headers?: Record<string, string>
}

export interface LoadReport {
  acknowledged: number
  reads: number
  /** Attempts that were repeated, by status or reason. */
  repeated: Record<string, number>
  /** What a client that repeats could not get through. */
  failed: string[]
  /** Longest time from the first attempt to the 202, ms. */
  slowest: number
}

const patience = 180_000
// Clients that wait do not send more: an outage must not end in a storm of our own making.
const mostUnderWay = 400
const worthRepeating = new Set([429, 500, 502, 503, 504])

/**
 * A client as it should be: it repeats a click with the same event_id until it has a 202, and a read until it has a 200,
 * but never after an answer that says that the request itself is wrong. Starts at once; `stop` waits for what is under way.
 */
export function startLoad(options: LoadOptions) {
  const { url, readUrl = url, clicksPerSecond, readsPerSecond = 5, adId = 1, headers = {} } = options
  const report: LoadReport = { acknowledged: 0, reads: 0, repeated: {}, failed: [], slowest: 0 }
  const underWay = new Set<Promise<void>>()
  let stopped = false
  const timers = [every(1000 / clicksPerSecond, click), every(1000 / readsPerSecond, read)]

  return { report, stop }

  async function stop(): Promise<LoadReport> {
    stopped = true
    for (const timer of timers) clearInterval(timer)
    await Promise.all(underWay)
    return report
  }

  // Catches up, so that a busy machine does not turn the load down.
  function every(intervalMs: number, work: () => Promise<void>): NodeJS.Timeout {
    const start = performance.now()
    let begun = 0
    return setInterval(
      () => {
        while (!stopped && begun < (performance.now() - start) / intervalMs) {
          begun += 1
          if (underWay.size >= mostUnderWay) continue
          const done = work().finally(() => underWay.delete(done))
          underWay.add(done)
        }
      },
      Math.min(20, intervalMs),
    )
  }

  async function click(): Promise<void> {
    const body = JSON.stringify({ ad_id: adId, event_id: randomUUID(), playback_time: 1 })
    const request = { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } }
    if (await insist(url, '/ads/click', request, 202)) report.acknowledged += 1
  }

  async function read(): Promise<void> {
    if (await insist(readUrl, '/ads/analytics', { headers }, 200)) report.reads += 1
  }

  async function insist(
    origins: string | string[],
    path: string,
    request: RequestInit,
    wanted: number,
  ): Promise<boolean> {
    const start = performance.now()
    for (let wait = 50; ; wait = Math.min(1000, 2 * wait)) {
      const target = nextOf(origins) + path
      const outcome = await once(target, request)
      if (outcome === wanted) {
        report.slowest = Math.max(report.slowest, performance.now() - start)
        return true
      }
      const hopeless = typeof outcome === 'number' && !worthRepeating.has(outcome)
      if (hopeless || performance.now() - start > patience) {
        report.failed.push(`${target}: ${outcome}`)
        return false
      }
      report.repeated[outcome] = (report.repeated[outcome] ?? 0) + 1
      await pause(wait * (0.5 + Math.random()))
    }
  }
}

let turn = 0
const nextOf = (origins: string | string[]) => [origins].flat()[turn++ % [origins].flat().length] ?? ''

async function once(target: string, request: RequestInit): Promise<number | string> {
  try {
    const response = await fetch(target, { ...request, signal: AbortSignal.timeout(10_000) })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } }
    return cause?.code ?? name
  }
}
