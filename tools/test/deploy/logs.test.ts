import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningApp, startApp } from '@ads-tracker/local-servers'
import { type AppName, appNames, startApps, startInfrastructure } from './support/native-system.ts'

const person = {
  ip: '203.0.113.77',
  agent: 'a-very-personal-player/1.0',
  key: `ads_${randomBytes(16).toString('hex')}`,
}
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

let infrastructure: Awaited<ReturnType<typeof startInfrastructure>>
let apps: Record<AppName, RunningApp>

beforeAll(async () => {
  infrastructure = await startInfrastructure('logs')
  apps = await startApps((app) => ({
    ...infrastructure.environmentOf(app),
    LOG_LEVEL: 'debug',
    TRUST_PROXY: '127.0.0.1',
  }))
})

afterAll(async () => {
  await Promise.all(Object.values(apps ?? {}).map((app) => app.stop()))
  await infrastructure?.stop()
})

const linesOf = (app: AppName): Record<string, unknown>[] =>
  apps[app]
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

function click(body: object, headers: Record<string, string> = {}) {
  const personal = { 'x-forwarded-for': person.ip, 'user-agent': person.agent, authorization: `Bearer ${person.key}` }
  return fetch(`${apps['click-ingest'].url}/ads/click`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...personal, 'content-type': 'application/json', ...headers },
  })
}

describe('a request can be followed', () => {
  it("by its client's id and trace, through Kafka into the log of the writer", async () => {
    const eventId = randomUUID()
    const answer = await click({ ad_id: 888_888, event_id: eventId }, { 'x-request-id': 'follow-me-1', traceparent })
    expect(answer.status).toBe(202)
    const logged = () => linesOf('click-writer').find(({ event_id }) => event_id === eventId)
    await expect.poll(logged, { timeout: 15_000 }).toMatchObject({
      level: 'warn',
      reqId: 'follow-me-1',
      traceparent,
      msg: `event ${eventId} moved to dead letters: unknown_ad`,
    })
  })

  it('by the id in the problem that it was answered with', async () => {
    const answer = await click({ ad_id: 'one' }, { 'x-request-id': 'follow-me-2' })
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { instance: 'urn:ads-tracker:request:follow-me-2' },
    ])
  })
})

describe('the logs', () => {
  it('are one JSON object a line, with time, level, name and message, also when the database goes away', async () => {
    await fetch(`${apps['ads-api'].url}/ads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person.key}`, 'content-type': 'application/json' },
      body: '{}',
    })
    await infrastructure.database.kill()
    await expect.poll(async () => (await fetch(`${apps['ads-api'].url}/ads/1`)).status, { timeout: 15_000 }).toBe(503)
    await click({ ad_id: 1 })
    for (const app of appNames) {
      const lines = linesOf(app)
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines)
        expect(line).toMatchObject({
          time: expect.stringMatching(/^\d{4}-.*Z$/),
          level: expect.any(String),
          name: app,
          msg: expect.any(String),
        })
    }
  })

  it('never carry an address, a key, a password or a connection string', () => {
    for (const app of appNames) {
      const output = apps[app].output()
      for (const secret of [person.ip, person.agent, person.key, 'Bearer', `:${app.replace('-', '_')}@`, 'postgres://'])
        expect(output).not.toContain(secret)
    }
  })

  it('name wrong variables, all at once, and never their values', async () => {
    const wrong = {
      DATABASE_URL: 'mysql://root:hunter2@db',
      LOG_LEVEL: 'loud',
      PORT: '123456',
      KAFKA_SASL_MECHANISM: 'hunter2',
    }
    for (const app of appNames) {
      const failure = await startApp(app, wrong).then(() => 'it started', String)
      expect(failure).toContain('exited with 78')
      expect(failure).toMatch(/LOG_LEVEL: /)
      expect(failure).toMatch(/PORT: /)
      expect(failure).not.toMatch(/hunter2|loud|123456/)
    }
  })
})
