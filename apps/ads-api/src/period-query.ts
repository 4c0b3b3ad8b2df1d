import { problem } from '@ads-tracker/service-kit'
import { type SchemaOptions, Type } from '@sinclair/typebox'

const time = (options: SchemaOptions) => Type.String({ format: 'date-time', ...options })
const from = {
  description:
    'Start of the period: RFC 3339 with an offset. Write a + in a URL as %2B. Counts of minutes are kept as long as raw events, of hours for two years by default, of days for ever. For older times, periods and buckets must consist of full hours or whole days (UTC); otherwise the answer is 400',
  examples: ['2026-10-25T00:00:00+02:00'],
}
export const periodQuery = {
  from: Type.Optional(time(from)),
  to: Type.Optional(
    time({
      description: 'End of the period, which is not in it; now when absent',
      examples: ['2026-10-26T00:00:00+01:00'],
    }),
  ),
}
export const startedPeriodQuery = { ...periodQuery, from: time(from) }

/** Without `to` the period ends now, at each reading. */
export interface PeriodOf {
  from: Date
  to?: Date
}

const earliest = Date.parse('2000-01-01T00:00:00Z')
const latest = Date.parse('2100-01-01T00:00:00Z')

/**
 * The period of a query, or undefined when it has none.
 * @throws Problem invalid_request
 */
export function periodOf({ from, to }: { from?: string; to?: string }): PeriodOf | undefined {
  if (from === undefined && to === undefined) return undefined
  if (from === undefined) throw refused('from', 'is required when to is given')
  const [start, end] = [timeOf('from', from), to === undefined ? undefined : timeOf('to', to)]
  if (end !== undefined && start >= end) throw refused('from', 'must be before to')
  if (end === undefined && start >= Date.now()) throw refused('from', 'must be in the past when to is absent')
  return { from: new Date(start), ...(end !== undefined && { to: new Date(end) }) }
}

export function refused(field: string, message: string) {
  return problem('invalid_request', { detail: `${field} ${message}`, errors: [{ field, message }] })
}

function timeOf(field: string, text: string): number {
  const ms = Date.parse(text.toUpperCase())
  if (ms >= earliest && ms <= latest) return ms
  throw refused(field, 'must be between 2000-01-01 and 2100-01-01')
}
