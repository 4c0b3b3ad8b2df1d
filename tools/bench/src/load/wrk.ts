import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuOf } from '../processes/cpu.ts'

export interface Load {
  url: string
  connections: number
  seconds: number
  /** Lua that sets `wrk.method` and so on, or defines `request`; see click-script.ts. */
  script: string
}

export interface Measured {
  requests: number
  perSecond: number
  /** Answers with a status of 400 or more. */
  refused: number
  /** Connections that broke and answers that never came. */
  broken: number
  p50: number
  p99: number
  max: number
  curve: [number, number][]
  /** Share of a core that the load generator used: at 1 it would be the bottleneck. */
  generatorCores: number
}

const report = `
function done(summary, latency)
  local points = {}
  for _, p in ipairs({10, 25, 50, 75, 90, 95, 99, 99.9}) do points[#points + 1] = string.format("[%g,%g]", p, latency:percentile(p) / 1000) end
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"max":%g,"curve":[%s]}\\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout, latency.max / 1000, table.concat(points, ",")))
end
`

/** One measurement with wrk on one thread. */
export async function wrk({ url, connections, seconds, script }: Load): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-bench-wrk-'))
  const file = join(folder, 'load.lua')
  writeFileSync(file, script + report)
  try {
    const { output, cores } = await run(
      ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', file, url],
      seconds,
    )
    const line = /^RESULT (.*)$/m.exec(output)?.[1]
    if (line === undefined) throw new Error(`wrk said:\n${output}`)
    const { requests, microseconds, refused, broken, max, curve } = JSON.parse(line) as Record<string, number> & {
      curve: [number, number][]
    }
    const at = (percent: number) => curve.find(([known]) => known === percent)?.[1] ?? NaN
    return {
      requests: requests ?? 0,
      perSecond: ((requests ?? 0) / (microseconds ?? 1)) * 1e6,
      refused: refused ?? 0,
      broken: broken ?? 0,
      p50: at(50),
      p99: at(99),
      max: max ?? NaN,
      curve,
      generatorCores: cores,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function run(args: string[], seconds: number): Promise<{ output: string; cores: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let used = 0
    const sample = setTimeout(() => (used = cpuOf(child.pid as number)), seconds * 1000 - 100)
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', () => reject(new Error('wrk is needed: apt-get install wrk, or brew install wrk')))
    child.once('close', () => {
      clearTimeout(sample)
      resolve({ output, cores: used / 1e6 / (seconds - 0.1) })
    })
  })
}
