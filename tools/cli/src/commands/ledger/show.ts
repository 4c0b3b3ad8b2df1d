import { countedDeadLetters, type Database, type LedgerRow, readLedger } from '@ads-tracker/data'

const columns = [
  ...['topic', 'partition', 'first', 'next', 'counted', 'duplicates', 'conflicts', 'dead letters', 'recovered'],
  ...['complete through', 'off by'],
]

/** Prints the ledger; true when it balances, and the totals too. */
export async function show(database: Database, print: (line: string) => void): Promise<boolean> {
  const { rows, totals, booked, imbalance, pendingDeadLetters } = await readLedger(database)
  for (const line of table([columns, ...rows.map(cells)])) print(line)
  print('')
  print(`totals ${totals}, counted and recovered ${booked}${totals === booked ? '' : `: off by ${totals - booked}`}`)
  print(`dead letters not replayed: ${pendingDeadLetters < countedDeadLetters ? '' : 'at least '}${pendingDeadLetters}`)
  print(
    imbalance === 0
      ? 'the ledger balances'
      : `THE LEDGER IS OFF BY ${imbalance}: see the runbook in the README of tools/cli`,
  )
  return imbalance === 0
}

function cells({ topic, completeThrough, imbalance, ...row }: LedgerRow): string[] {
  const { partition, firstOffset, nextOffset, counted, duplicates, conflicts, deadLetters, recovered } = row
  const numbers = [partition, firstOffset, nextOffset, counted, duplicates, conflicts, deadLetters, recovered]
  return [topic, ...numbers.map(String), completeThrough?.toISOString() ?? 'never read', String(imbalance)]
}

function table(rows: string[][]): string[] {
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
