import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { entry, removeStack, runSource, startOwnStack } from '@ads-tracker/local-servers'
import { createClient } from '@ads-tracker/sdk'
import type { Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tile, visit } from './support/dashboard.ts'

// A system of its own, because its parts are stopped: numbers are shown to keys alone.
let system: Awaited<ReturnType<typeof startOwnStack>>
beforeAll(async () => void (system = await startOwnStack({ REQUIRE_ANALYTICS_KEY: 'true' })), 180_000)
afterAll(async () => {
  await system.stack.stop()
  removeStack(system.env)
})
const patience = { timeout: 60_000 }

describe('when numbers are for keys alone', () => {
  it('asks for a key, refuses one without the right, shows the numbers, and asks again when the key is revoked', async () => {
    const { origin, apiKey } = system.stack
    const [writer, reader] = [await newKey('ads:write'), await newKey('analytics:read')]
    const { page } = await visit('/?period=7d&tz=UTC', { at: origin })
    await page.getByText('This needs an API key').waitFor(patience)
    expect(await page.locator('.tiles').count()).toBe(0)
    await enter(page, writer.key)
    await page.getByText('The key does not have the right to do this.').waitFor(patience)
    await enter(page, reader.key)
    await expect.poll(() => tile(page, 'Impressions').textContent(), patience).toBe('0')
    await page.getByText('Live', { exact: true }).waitFor(patience)

    await cli('revoke', reader.id)
    await createClient({ baseUrl: origin }).recordImpression({ ad_id: 1 })
    await page.getByText('The key is not valid or was revoked').waitFor(patience)
    await enter(page, apiKey)
    await expect.poll(() => tile(page, 'Impressions').textContent(), patience).toBe('1')
  }, 240_000)
})

describe('the Health page says what is wrong, and when it is over', () => {
  it('the writer stands still: numbers get old, and what was accepted waits', async () => {
    const page = await health()
    const overview = await page.context().newPage()
    await overview.goto(`${system.stack.origin}/?period=today&tz=UTC`)
    await enter(overview, system.stack.apiKey)
    await overview.locator('.freshness').waitFor(patience)
    const before = Number(await tile(overview, 'Clicks').textContent())
    await stopped('click-writer', async () => {
      await createClient({ baseUrl: system.stack.origin }).recordClick({ ad_id: 1, playback_time: 1 })
      await page.getByText('Accepted events are safe in the log, and wait to be counted').waitFor(patience)
      expect(await page.locator('.verdict').textContent()).toBe('One thing does not work.')
      await overview.bringToFront()
      await overview
        .locator('.freshness')
        .getByText(/, (\d\d seconds|\d+ minutes?) ago/)
        .waitFor(patience)
      expect(Number(await tile(overview, 'Clicks').textContent())).toBe(before)
    })
    await expect.poll(() => tile(overview, 'Clicks').textContent(), patience).toBe(String(before + 1))
    await page.bringToFront()
    await page.getByText('Everything works.').waitFor(patience)
  }, 240_000)

  it('click-ingest does not answer: nothing can be accepted', async () => {
    const page = await health()
    const check = page.locator('.checks li').filter({ hasText: 'Clicks and impressions are accepted' })
    await stopped('click-ingest', () => check.getByText('Not at the moment').waitFor(patience))
    await check.getByText('OK').waitFor(patience)
    await page.getByText('Everything works.').waitFor(patience)
  }, 240_000)

  it('the ledger does not balance: it says by how much', async () => {
    const sql = postgres(system.stack.databaseUrl, { max: 1, onnotice: () => {} })
    const page = await health()
    // the database refuses this as long as its constraint is there
    await sql`alter table ledger drop constraint ledger_balances`
    const [row] = await sql`select topic, partition from ledger limit 1`
    const change = (by: number) =>
      sql`update ledger set duplicates = duplicates + ${by} where topic = ${row!.topic} and partition = ${row!.partition}`
    await change(3)
    try {
      await page.getByText('The ledger is off by 3.').waitFor(patience)
    } finally {
      await change(-3)
      await sql`alter table ledger add constraint ledger_balances check (next_offset - first_offset = counted + duplicates + conflicts + dead_letters)`
    }
    await page.getByText('Everything works.').waitFor(patience)
    await sql.end()
  }, 240_000)

  it('an event names an ad that does not exist: a dead letter waits', async () => {
    const page = await health()
    await createClient({ baseUrl: system.stack.origin }).recordImpression({ ad_id: 2_000_000_000 })
    await page.getByText('One dead letter waits').waitFor(patience)
    await page.getByText('Accepted and not counted: 1 name an ad that does not exist.').waitFor(patience)
    expect(await page.locator('.verdict').textContent()).toBe('Everything works. Some points need attention.')
  }, 240_000)
})

async function health(): Promise<Page> {
  const { page } = await visit('/system', { at: system.stack.origin })
  await enter(page, system.stack.apiKey)
  await page.getByText('Everything works.').waitFor(patience)
  return page
}

async function enter(page: Page, key: string) {
  await page.getByLabel('API key').fill(key)
  await page.getByRole('button', { name: 'Use this key' }).click()
}

async function newKey(scopes: string): Promise<{ id: string; key: string }> {
  const output = await cli('create', '--name', 'browser', '--scopes', scopes)
  return { id: /key (\d+)/.exec(output)![1]!, key: output.trim().split('\n').at(-1)! }
}

async function cli(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runSource(entry('tools/cli'), ['api-keys', ...args], {
    DATABASE_URL: system.stack.databaseUrl,
  })
  if (code !== 0) throw new Error(`api-keys ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** Stops a process where it is while `work` runs: its supervisor would start one that has ended again at once. */
async function stopped(name: string, work: () => Promise<unknown>) {
  const children = JSON.parse(readFileSync(join(system.stack.dir, 'children.json'), 'utf8')) as {
    name: string
    pid: number
  }[]
  const { pid } = children.findLast((child) => child.name === name)!
  process.kill(pid, 'SIGSTOP')
  try {
    await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
