import { stringify } from 'csv-stringify/sync'

/**
 * A table as RFC 4180 describes it, with a header. Texts that a spreadsheet would run as a formula (they begin with = + - @,
 * a tab or a carriage return) are written with an apostrophe before them.
 */
export function csvOf<Column extends string>(
  columns: readonly Column[],
  rows: Iterable<Partial<Record<Column, string | number | null | undefined>>>,
): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    escape_formulas: true,
  })
}
