import { stringify } from 'csv-stringify/sync'

/**
 * RFC 4180. Text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return) gets a leading
 * apostrophe.
 */
export const csvOptions = { record_delimiter: 'windows', escape_formulas: true } as const

/** A table as RFC 4180 describes it, with a header. */
export function csvOf<Column extends string>(
  columns: readonly Column[],
  rows: Iterable<Partial<Record<Column, string | number | null | undefined>>>,
): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    ...csvOptions,
  })
}
