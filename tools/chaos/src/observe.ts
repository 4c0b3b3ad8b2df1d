import { readFileSync } from 'node:fs'
import type { SupervisedApp } from './supervised-app.ts'
import type { System } from './system.ts'
import { until } from './until.ts'

/** Milliseconds from `since` until a writer commits something beyond the present positions of the ledger. */
export async function nextCommit(system: System, since: number, within: number): Promise<number> {
  const before = await until('the ledger can be read', () => system.position(), { within })
  await until('a commit of a writer', async () => (await system.position()) > before, { within, every: 10 })
  return performance.now() - since
}

/** Resident memory in megabytes; 0 when there is no such process. */
export function residentMegabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Values of a metric of an app, by their labels as text. */
export async function metric(app: SupervisedApp, name: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${app.url}/metrics`, { signal: AbortSignal.timeout(15_000) })).text()
  const values = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^(\w+)(\{.*\})? (\S+)$/.exec(line)
    if (match?.[1] === name) values.set(match[2] ?? '', Number(match[3]))
  }
  return values
}

/** Status of a GET; 0 when there is no answer. */
export async function statusOf(url: string): Promise<number> {
  return fetch(url, { signal: AbortSignal.timeout(5000) }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.status
    },
    () => 0,
  )
}

/** The largest value that `measure` gives until the function that it returns is called. */
export function highest(measure: () => number, every = 100): () => number {
  let most = measure()
  const timer = setInterval(() => (most = Math.max(most, measure())), every)
  return () => {
    clearInterval(timer)
    return Math.max(most, measure())
  }
}
