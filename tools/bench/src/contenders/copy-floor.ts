import { spawnSync } from 'node:child_process'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { AdEvent } from '@ads-tracker/events'
import { cpuOfTree } from '../processes/cpu.ts'
import { withSql, type DatabaseServer } from '../processes/database.ts'
import { clicksTable } from './clicks-table.ts'

/** The floor of the writer: the rows by `psql \copy` from a file into a table with the same key and nothing else. */
export async function copyRows(
  server: DatabaseServer,
  events: AdEvent[],
): Promise<{ perSecond: number; microseconds: number; contents: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-bench-copy-'))
  const file = join(folder, 'rows')
  await pipeline(Readable.from(lines(events)), createWriteStream(file))
  const table = await clicksTable(server, 'copy_floor')
  try {
    const start = performance.now()
    const cpu = cpuOfTree(server.pid)
    await copy(table.url, file)
    // its backend has ended by now, and the server has its time
    const measured = {
      perSecond: events.length / ((performance.now() - start) / 1000),
      microseconds: (cpuOfTree(server.pid) - cpu) / events.length,
    }
    return { ...measured, contents: await table.contents() }
  } finally {
    rmSync(folder, { recursive: true })
    await table.drop()
  }
}

async function copy(url: string, file: string): Promise<void> {
  const { status, error, stderr } = spawnSync('psql', [url, '-q', '-c', `\\copy clicks from '${file}'`], {
    encoding: 'utf8',
  })
  if (status === 0) return
  if (error === undefined) throw new Error(`psql: ${stderr}`)
  // without psql: the same statement through the driver
  await withSql(url, async (sql) => pipeline(createReadStream(file), await sql`copy clicks from stdin`.writable()))
}

function* lines(events: AdEvent[]): Generator<string> {
  for (let from = 0; from < events.length; from += 1000)
    yield events
      .slice(from, from + 1000)
      .map(line)
      .join('')
}

function line({ event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time }: AdEvent): string {
  return `${event_id}\t${ad_id}\t${occurred_at}\t${received_at}\t${ip}\t${user_agent}\t${playback_time}\n`
}
