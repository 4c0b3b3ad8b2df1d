import { parseArgs, type ParseArgsConfig } from 'node:util'

export const benchmarkNames = [
  'ingest',
  'bulk',
  'writer',
  'store',
  'analytics',
  'live',
  'series',
  'freshness',
  'spike',
  'scale',
  'sustained',
  'artefacts',
] as const
export type BenchmarkName = (typeof benchmarkNames)[number]

export interface Options {
  names: BenchmarkName[]
  rounds: number
  /** Of each measurement. */
  seconds: number
  json?: string | undefined
  compare?: string | undefined
  html: string
  profile: boolean
  help: boolean
}

/** Says what is wrong with the arguments, and what they are. */
export class UsageError extends Error {}

export const usage = `usage: npm run bench -- [${benchmarkNames.join('|')}]... [options]
  --rounds N      interleaved rounds of every measurement (3)
  --seconds N     length of one measurement (5; 30 at least for sustained)
  --json FILE     write all samples
  --compare FILE  print what moved beyond noise since the run that wrote FILE
  --html FILE     the page with plots (.bench/report.html)
  --profile       write a CPU profile of each app to .bench/
  --help          print this and exit`

/** @throws UsageError */
export function parseOptions(args: string[]): Options {
  const { values, positionals } = read({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      json: { type: 'string' },
      compare: { type: 'string' },
      html: { type: 'string', default: '.bench/report.html' },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const names = positionals.map(
    (name) => benchmarkNames.find((known) => known === name) ?? fail(`there is no benchmark '${name}'`),
  )
  return {
    ...values,
    names: names.length > 0 ? names : [...benchmarkNames],
    rounds: count('rounds', values.rounds),
    seconds: count('seconds', values.seconds),
  }
}

function read<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    fail((error as Error).message)
  }
}

function count(name: string, text: string): number {
  const number = Number(text)
  return Number.isInteger(number) && number > 0 ? number : fail(`--${name} must be a positive whole number`)
}

function fail(message: string): never {
  throw new UsageError(`${message}\n${usage}`)
}
