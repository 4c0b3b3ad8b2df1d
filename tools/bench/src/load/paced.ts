import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { spawn } from 'node:child_process'
import { cpuOf } from '../processes/cpu.ts'

export interface PacedOptions {
  url: string
  connections: number
  /** Clicks a second. */
  rate: number
  seconds: number
  /** Clicks are on the ads from 1 to this. */
  ads: number
  /** Clicks in one request; more than one goes to `/ads/events`. */
  perRequest?: number
  /** How long a click waits for a free connection before its client gives up. */
  patienceMs?: number
}

/** A tenth of a second. */
export interface Tick {
  second: number
  acknowledged: number
  refused: number
  dropped: number
  /** Milliseconds of the slowest acknowledgement. */
  slowest: number
}

export interface PacedResult {
  sent: number
  /** Never sent, because every connection was busy for too long. */
  dropped: number
  broken: number
  /** Clicks by what they were answered. */
  statuses: Record<string, number>
  /** Milliseconds from when a request was due to its answer, ascending; `refusals` where not all of it was acknowledged. */
  latencies: number[]
  refusals: number[]
  ticks: Tick[]
}

export interface Pacing {
  done: Promise<PacedResult>
  /** CPU of the generator so far, in microseconds. */
  cpu(): number
}

/** Clicks at a fixed rate from a process of their own. */
export function paced(options: PacedOptions): Pacing {
  const child = spawn(
    process.execPath,
    [join(workspace, 'tools/bench/src/load/paced-main.ts'), JSON.stringify(options)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const done = new Promise<PacedResult>((resolve, reject) => {
    child.once('close', (code) =>
      code === 0
        ? resolve(JSON.parse(Buffer.concat(chunks).toString()) as PacedResult)
        : reject(new Error(`the load ended with ${code}`)),
    )
  })
  return { done, cpu: () => cpuOf(child.pid as number) }
}
