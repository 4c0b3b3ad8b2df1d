import { exportedTypes, type ExportedType } from '@ads-tracker/data'
import { problem } from '@ads-tracker/service-kit'

export const exportFormats = ['csv', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

interface ExportRequest {
  type: ExportedType
  /** Start of the day (UTC). */
  day: Date
  format: ExportFormat
}

// earlier events are rejected by click-ingest
const earliest = '2000-01-01'

/** @throws Problem invalid_request that names every invalid parameter */
export function exportRequestOf(params: { type: string; day: string; format: string }, now: Date): ExportRequest {
  const errors: { field: string; message: string }[] = []
  const type = oneOf('type', params.type, exportedTypes)
  const format = oneOf('format', params.format, exportFormats)
  const day = dayOf(params.day)
  if (!type || !format || !day) {
    const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ')
    throw problem('invalid_request', { detail, errors })
  }
  return { type, day, format }

  function oneOf<T extends string>(field: string, text: string, values: readonly T[]): T | undefined {
    const found = values.find((value) => value === text)
    if (!found) errors.push({ field, message: `must be one of ${values.join(', ')}` })
    return found
  }

  function dayOf(text: string): Date | undefined {
    const start = new Date(`${text}T00:00:00.000Z`)
    const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && start.toJSON()?.slice(0, 10) === text
    const today = now.toISOString().slice(0, 10)
    if (isDay && text >= earliest && text <= today) return start
    const message = isDay
      ? `must be a day from ${earliest} to ${today}, which is today in UTC`
      : 'must be a day such as 2026-07-07'
    errors.push({ field: 'day', message })
    return undefined
  }
}
