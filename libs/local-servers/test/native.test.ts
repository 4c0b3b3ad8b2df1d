import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort, startPostgres } from '../src/index.ts'

test('PostgreSQL keeps its data over a stop, a kill -9 and a start', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-test-'))
  const port = await freePort()
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const [round, end] of ['stop', 'kill', 'stop'].entries()) {
    const server = await startPostgres({ dir, port, endsWithParent: true })
    const sql = postgres(server.url, { max: 1, onnotice: () => {} })
    await sql`create table if not exists kept (round int)`
    await sql`insert into kept values (${round})`
    expect(await sql`select count(*)::int as rows from kept`).toEqual([{ rows: round + 1 }])
    await sql.end()
    await (end === 'kill' ? server.kill() : server.stop())
  }
})

test('servers and their folders are gone after a kill -9 of the process that started them', async () => {
  const program = `
    import { infrastructure } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))}
    const server = await (await infrastructure({ TEST_INFRA: 'native' })).postgres()
    console.log(JSON.stringify(server))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { url, dir } = JSON.parse(
    String(await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve))),
  ) as { url: string; dir: string }
  expect(existsSync(dir)).toBe(true)
  child.kill('SIGKILL')
  await vi.waitFor(async () => {
    await expect(connects(Number(new URL(url).port))).resolves.toBe(false)
    expect(existsSync(dir)).toBe(false)
  }, 30_000)
})

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket
      .once('connect', () => resolve(true))
      .once('error', () => resolve(false))
      .once('connect', () => socket.destroy())
  })
}
