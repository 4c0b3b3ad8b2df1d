import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { parseOptions, usage, UsageError } from './options.ts'
import { compare } from './report/compare.ts'
import { printGoals, printResult } from './report/console.ts'
import { htmlOf } from './report/html.ts'
import type { Report, Result } from './result.ts'
import { runBenchmark } from './run-benchmark.ts'

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) {
    console.log(usage)
    process.exit(0)
  }
  const results: Result[] = []
  for (const name of options.names) {
    const result = await runBenchmark(name, options)
    printResult(result)
    results.push(result)
  }
  printGoals(results)
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`
  const report: Report = {
    at: new Date().toISOString(),
    machine,
    options: { rounds: options.rounds, seconds: options.seconds },
    results,
  }
  write(options.html, htmlOf(report))
  if (options.json) write(options.json, JSON.stringify(report))
  if (options.compare) for (const line of compare(options.compare, results)) console.log(line)
  // goals are aims; a failed check means that the system broke a promise while it was measured
  process.exit(results.some(({ checks }) => checks.some(({ ok }) => !ok)) ? 1 : 0)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(error instanceof UsageError ? 78 : 1)
}

function write(file: string, text: string) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(`wrote ${file}`)
}
