import { parseArgs } from 'node:util'
import { UsageError } from '@ads-tracker/service-kit'

export interface Range {
  from?: Date
  to?: Date
}

const usage = `npm run verify  [-- --from TIME --to TIME]    compares rollups with raw events; exit 1 when they differ
npm run rebuild -- --from TIME --to TIME      makes the rollups of a range from raw events again (times are RFC 3339)`

/** @throws UsageError */
export function readRange(args: string[]): Range {
  const { from, to } = parse(args)
  const range = { from: time('--from', from), to: time('--to', to) }
  if (range.from && range.to && range.from >= range.to) throw wrong('--from must be before --to')
  return range
}

/** A range with both ends. */
export function readClosedRange(args: string[]): Required<Range> {
  const { from, to } = readRange(args)
  if (!from || !to) throw wrong('rebuild needs --from and --to')
  return { from, to }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: { from: { type: 'string' }, to: { type: 'string' } } }).values
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function time(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw wrong(`${name} must be a time such as 2026-01-31T12:00:00Z`)
  return date
}

function wrong(reason: string): UsageError {
  return new UsageError(reason, usage)
}
