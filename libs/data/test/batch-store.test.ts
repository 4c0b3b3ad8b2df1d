import { createServer, type Server, type Socket } from 'node:net'
import type { Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { type BatchStore, classifyError, createBatchStore, DeadlineError, UnsafeSettingsError } from '../src/index.ts'
import { batchOf, event } from './log.ts'
import { owner } from './stored-events.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
const opened: BatchStore[] = []
const servers: Server[] = []

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  await sql`insert into ads (id, image_url, target_url) values (1, 'https://cdn.test', 'https://shop.test')`
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
  for (const server of servers.splice(0)) server.close()
})
afterAll(async () => {
  await sql?.end()
  await db?.drop()
})

function open(options: Partial<Parameters<typeof createBatchStore>[0]> = {}): BatchStore {
  const store = createBatchStore({ url: db.clickWriterUrl, ...options })
  opened.push(store)
  return store
}

const oneClick = (offset: number) =>
  batchOf(() => ({ event: event(offset + 1) }), [{ type: 'click', partition: 0, from: offset, to: offset + 1 }])

it('gives up on a silent socket after the deadline and works again on a new connection', async () => {
  const proxy = await silentAfterwards(new URL(db.clickWriterUrl))
  const store = open({ url: proxy.url, deadlineMs: 2000 })
  expect(await store.apply(oneClick(0))).toMatchObject({ status: 'applied' })
  proxy.silence()
  const late = store.apply(oneClick(1))
  await expect(late).rejects.toBeInstanceOf(DeadlineError)
  proxy.speak()
  expect(await store.apply(oneClick(1))).toMatchObject({ status: 'applied' })
})

it('goes on at once after its backend was terminated, however soon it is asked', async () => {
  const store = open({ name: 'to be terminated' })
  for (let round = 0; round < 10; round++) {
    await store.ping()
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to be terminated'`
    // without a pause: the driver still holds the dead connection when it tells of its end
    for (let state: unknown; state !== 'up';) {
      state = await store.ping().then(
        () => 'up',
        (error: unknown) => error,
      )
      if (state === 'up') continue
      expect(state).not.toBeInstanceOf(DeadlineError)
      expect(classifyError(state)).toBe('retry')
    }
  }
})

it('goes on at once after its connection was reset while a statement ran', async () => {
  const proxy = await silentAfterwards(new URL(db.clickWriterUrl))
  const store = open({ url: proxy.url, deadlineMs: 5000 })
  await store.ping()
  const reset = store.ping()
  proxy.reset()
  // asked as soon as the error is known, before the driver has closed the connection
  const again = reset.then(
    () => 'answered',
    () => store.ping(),
  )
  await expect(again).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  await store.ping()
})

it('refuses a server that would lose what it has committed, on each new connection', async () => {
  const name = new URL(db.url).pathname.slice(1)
  await sql`alter database ${sql(name)} set synchronous_commit = off`
  const refused = open().ping()
  await expect(refused).rejects.toBeInstanceOf(UnsafeSettingsError)
  await expect(refused).rejects.toThrow('synchronous_commit = off')
  await sql`alter database ${sql(name)} reset synchronous_commit`
  await open().ping()
})

it('lets PostgreSQL give up first: its statement timeout halves the batch', async () => {
  const store = open({ statementTimeoutMs: 200 })
  await store.ensureLedger([{ topic: 'test.clicks', partition: 0 }])
  const holder = owner(db.url)
  await holder`begin`
  await holder`select * from ledger for update`
  const refused = await store.apply(oneClick(2)).catch((error: unknown) => classifyError(error))
  expect(refused).toBe('halve')
  await holder.end()
})

it('answers an empty database with a configuration error', async () => {
  const url = new URL(db.clickWriterUrl)
  url.pathname = '/postgres'
  const error = await open({ url: url.href })
    .apply(oneClick(0))
    .catch((error: unknown) => error)
  expect(classifyError(error)).toBe('stop')
})

/** A proxy whose connections stay open but carry nothing any more, as after a cable was cut. */
async function silentAfterwards(target: URL) {
  const { connect } = await import('node:net')
  let silent = false
  let last: Socket | undefined
  const pipe = (from: Socket, to: Socket) =>
    from
      .on('data', (data) => silent || to.write(data))
      .on('error', () => to.destroy())
      .on('close', () => to.destroy())
  const server = createServer((client) => {
    last = client
    const upstream = connect(Number(target.port), target.hostname)
    pipe(client, upstream)
    pipe(upstream, client)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as { port: number }).port)
  return {
    url: url.href,
    silence: () => (silent = true),
    speak: () => (silent = false),
    reset: () => last?.resetAndDestroy(),
  }
}
