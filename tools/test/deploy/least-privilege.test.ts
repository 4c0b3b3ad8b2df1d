import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removePostgresData, runJob, startApp, type RunningApp } from '@ads-tracker/local-servers'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Certificates, makeCertificates } from './support/certificates.ts'
import { type AdStats, getJson } from './support/get-json.ts'
import { startSecuredKafka, startSecuredPostgres } from './support/secured-servers.ts'

const passwords = {
  'click-ingest': 'ingest-secret',
  'click-writer': 'writer-secret',
  topics: 'topics-secret',
  operations: 'operations-secret',
  stranger: 'stranger-secret',
}
type User = keyof typeof passwords
const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-privilege-'))
chmodSync(folder, 0o755)

let certificates: Certificates
let strangers: Certificates
let database: Awaited<ReturnType<typeof startSecuredPostgres>>
let kafka: Awaited<ReturnType<typeof startSecuredKafka>>
const apps = new Map<string, RunningApp>()
const asOwner = () => ({ DATABASE_URL: database.url, DATABASE_CA_FILE: certificates.ca })

beforeAll(async () => {
  certificates = await makeCertificates(folder)
  strangers = await makeCertificates(folder, 'stranger')
  ;[database, kafka] = await Promise.all([
    startSecuredPostgres(folder, certificates),
    startSecuredKafka(folder, certificates, passwords),
  ])
  await runJob('migrate', {
    ...asOwner(),
    ADS_API_DB_PASSWORD: 'api-secret',
    CLICK_WRITER_DB_PASSWORD: 'db-writer-secret',
  })
  await runJob('topics', { ...asOwner(), ...brokerAs('topics') })
  await runJob('seed', asOwner())
  const started = await Promise.all([
    startApp('ads-api', databaseAs('ads_api', 'api-secret')),
    startApp('click-ingest', brokerAs('click-ingest')),
    startApp('click-writer', { ...databaseAs('click_writer', 'db-writer-secret'), ...brokerAs('click-writer') }),
  ])
  for (const [index, name] of ['ads-api', 'click-ingest', 'click-writer'].entries()) apps.set(name, started[index]!)
})

afterAll(async () => {
  await Promise.all([...apps.values()].map((app) => app.stop()))
  await Promise.all([database?.stop(), kafka?.stop()])
  removePostgresData(join(folder, 'postgres'))
  rmSync(folder, { recursive: true, force: true })
})

function databaseAs(role: string, password: string) {
  const url = new URL(database.url)
  Object.assign(url, { username: role, password })
  // each secret by a file once, as it is mounted in production
  const file = join(folder, `${role}.url`)
  writeFileSync(file, `${url.href}\n`, { mode: 0o600 })
  return { DATABASE_URL_FILE: file, DATABASE_TLS: 'true', DATABASE_CA_FILE: certificates.ca }
}

function brokerAs(user: User) {
  const file = join(folder, `${user}.password`)
  writeFileSync(file, passwords[user], { mode: 0o600 })
  return {
    KAFKA_BROKERS: kafka.secured,
    KAFKA_TLS: 'true',
    KAFKA_CA_FILE: certificates.ca,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD_FILE: file,
  }
}

describe('the whole path with TLS, SASL and the least rights', () => {
  it('counts a click', async () => {
    expect(await click(1)).toBe(202)
    await expect.poll(() => clicksOf(1), { timeout: 10_000 }).toBe(1)
  })

  it('replays a dead letter, and shows the ledger', async () => {
    expect(await click(4711)).toBe(202)
    const operations = { ...asOwner(), ...brokerAs('operations') }
    await expect
      .poll(() => runJob('dead-letters', operations, 'list'), { timeout: 10_000, interval: 500 })
      .toContain('unknown_ad')
    const sql = owner()
    await sql`insert into ads (id, image_url, target_url) values (4711, 'https://x.example', 'https://x.example')`
    await sql.end()
    expect(await runJob('dead-letters', operations, 'replay')).toContain('replayed 1 dead letters')
    await expect.poll(() => clicksOf(4711), { timeout: 10_000 }).toBe(1)
    expect(await runJob('ledger', operations)).toContain('balance')
  })

  it('sees how long the log is kept', () => {
    expect(apps.get('click-writer')!.output()).not.toContain('cannot see how long the log is kept')
  })

  async function click(ad: number): Promise<number> {
    const { status } = await fetch(`${apps.get('click-ingest')!.url}/ads/click`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ad_id: ad }),
    })
    return status
  }

  const clicksOf = async (ad: number) =>
    (await getJson<AdStats[]>(`${apps.get('ads-api')!.url}/ads/analytics?ad_id=${ad}`))[0]?.clicks

  it('has no connection to the database in the clear', async () => {
    const sql = owner()
    const rows =
      await sql`select usename, ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename in ('ads_api', 'click_writer')`
    await sql.end()
    expect(new Set(rows.map(({ usename }) => usename))).toEqual(new Set(['ads_api', 'click_writer']))
    expect(rows.every(({ ssl }) => ssl)).toBe(true)
  })

  it('writes no password, key or full address to a log', () => {
    const logs = [...apps.values()].map((app) => app.output()).join('\n')
    expect(logs).toContain('"level":"info"')
    for (const secret of ['api-secret', 'db-writer-secret', ...Object.values(passwords)])
      expect(logs).not.toContain(secret)
  })
})

describe('a server that shows the certificate of a stranger', () => {
  it.each(['ads-api', 'click-writer'])('is not trusted by %s as the database', async (name) => {
    const role =
      name === 'ads-api'
        ? databaseAs('ads_api', 'api-secret')
        : { ...databaseAs('click_writer', 'db-writer-secret'), ...brokerAs('click-writer') }
    await expectUnready(name, { ...role, DATABASE_CA_FILE: strangers.ca })
  })

  it('is not trusted by click-ingest as the broker', async () => {
    await expectUnready('click-ingest', { ...brokerAs('click-ingest'), KAFKA_CA_FILE: strangers.ca })
  })

  it.each([
    ['ads-api', () => ({ ...databaseAs('ads_api', 'api-secret'), DATABASE_TLS: 'false', DATABASE_CA_FILE: '' })],
    [
      'click-ingest',
      () => ({ ...brokerAs('click-ingest'), KAFKA_SASL_PASSWORD: 'wrong', KAFKA_SASL_PASSWORD_FILE: '' }),
    ],
  ])('nor is %s let in that comes in the clear or with a wrong password', async (name, env) => {
    await expectUnready(name, env())
  })

  async function expectUnready(name: string, env: Record<string, string>) {
    const app = await startApp(name, env, { until: '/livez' })
    try {
      const { status } = await fetch(`${app.url}/readyz`)
      expect(status).toBe(503)
    } finally {
      await app.kill()
    }
  }
})

const connect = (url: string) =>
  postgres(url, { max: 1, onnotice: () => {}, ssl: { ca: readFileSync(certificates.ca) } })
const owner = () => connect(database.url)
const as = (role: string) => connect(readFileSync(join(folder, `${role}.url`), 'utf8').trim())

describe('the roles of the database', () => {
  const insertClick =
    'insert into clicks (event_id, ad_id, occurred_at, received_at) values (gen_random_uuid(), 1, now(), now())'

  it.each([
    ['ads_api', insertClick],
    ['ads_api', 'update ad_totals set clicks = 0'],
    ['ads_api', 'delete from clicks'],
    ['ads_api', 'delete from ads'],
    ['ads_api', 'update ledger set counted = 0'],
    ['ads_api', 'update api_keys set revoked_at = null'],
    ['ads_api', "insert into api_keys (name, sha256, scopes) values ('mine', repeat('0', 64), '{ads:write}')"],
    ['ads_api', 'select value from dead_letters'],
    ['ads_api', 'select maintain_partitions()'],
    ['ads_api', 'alter table ads add column more text'],
    ['ads_api', 'drop table ads'],
    ['ads_api', 'create table mine (id integer)'],
    ['click_writer', "update ads set target_url = 'https://evil.example'"],
    ['click_writer', "insert into ads (image_url, target_url) values ('https://x.example', 'https://x.example')"],
    ['click_writer', 'select * from api_keys'],
    ['click_writer', insertClick],
    ['click_writer', 'update ledger set next_offset = 0'],
    ['click_writer', 'delete from dead_letters'],
    ['click_writer', 'alter table clicks add column more text'],
    ['click_writer', 'truncate clicks'],
    ['click_writer', 'create table mine (id integer)'],
    ['click_writer', 'create role mine'],
  ])('do not let %s %s', async (role, statement) => {
    const sql = as(role)
    await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
    await sql.end()
  })

  it('let the writer make new partitions all the same, through the one function for it', async () => {
    const sql = as('click_writer')
    await expect(sql`select maintain_partitions()`).resolves.toHaveLength(1)
    await sql.end()
  })
})

describe('the rules of the broker', () => {
  const [clicks, message] = ['ads.clicks.v1', [{ value: 'x' }]]

  const client = (sasl?: SASLOptions) =>
    new Kafka({
      brokers: [kafka.secured],
      ssl: { ca: [readFileSync(certificates.ca, 'utf8')] },
      sasl,
      logLevel: logLevel.NOTHING,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500, restartOnFailure: async () => false },
      requestTimeout: 10_000,
    })
  const clientOf = (user: User) => client({ mechanism: 'plain', username: user, password: passwords[user] })

  // kafkajs wraps what the broker said, sometimes twice.
  async function refusal(work: Promise<unknown>): Promise<string> {
    const error = await work.then(
      () => new Error('it was allowed'),
      (reason: unknown) => reason,
    )
    const { cause, errors = [] } = error as { cause?: unknown; errors?: unknown[] }
    return [error, cause, ...errors].map(String).join(' ')
  }

  it.each(['click-writer', 'topics', 'stranger'] as const)('do not let %s produce', async (user) => {
    const producer = clientOf(user).producer()
    await producer.connect()
    expect(await refusal(producer.send({ topic: clicks, messages: message }))).toMatch(/authorized to access topics/i)
    await producer.disconnect()
  })

  it.each([
    ['click-ingest', 'click-writer'],
    ['click-ingest', 'mine'],
    ['click-writer', 'another'],
    ['stranger', 'click-writer'],
  ] as const)('do not let %s use the group %s', async (user, groupId) => {
    const admin = clientOf(user).admin()
    await admin.connect()
    // what kafkajs makes of a look-up that is refused
    expect(await refusal(admin.fetchOffsets({ groupId, topics: [clicks] }))).toMatch(/Failed to find group coordinator/)
    await admin.disconnect()
  })

  it('let click-writer use its own group', async () => {
    const admin = clientOf('click-writer').admin()
    await admin.connect()
    expect(await admin.fetchOffsets({ groupId: 'click-writer', topics: [clicks] })).toMatchObject([{ topic: clicks }])
    await admin.disconnect()
  })

  it.each(['click-ingest', 'click-writer', 'stranger'] as const)(
    'do not let %s make, change or remove a topic',
    async (user) => {
      const admin = clientOf(user).admin()
      await admin.connect()
      const change = { type: 2, name: clicks, configEntries: [{ name: 'retention.ms', value: '1' }] }
      for (const attempt of [
        () => admin.createTopics({ topics: [{ topic: 'mine', numPartitions: 1 }] }),
        () => admin.deleteTopics({ topics: [clicks] }),
        () => admin.alterConfigs({ validateOnly: false, resources: [change] }),
      ])
        expect(await refusal(attempt())).toMatch(/authorized to access/i)
      await admin.disconnect()
    },
  )

  it('do not let anybody in without a password', async () => {
    const admin = client().admin()
    await expect(admin.connect().then(() => admin.listTopics())).rejects.toThrow()
    await admin.disconnect()
  })
})
