import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { removeStack, startOwnStack, startStack, type RunningStack } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

// Starting takes seconds, and longer beside other work.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

// A stack of its own, which is killed and started again: not the one that the other files drive.
let env: Record<string, string>
let stack: RunningStack
beforeAll(async () => {
  ;({ stack, env } = await startOwnStack())
})
afterAll(async () => {
  await stack.stop()
  removeStack(env)
})

test('the ready line is the last, and nothing before looks like it', () => {
  const lines = stack.output().split('\n')
  expect(lines.filter((line) => line.startsWith('ready'))).toEqual([`ready http://localhost:${env.PORT}`])
  expect(lines.at(-1)).toMatch(/^ready/)
  expect(lines.some((line) => line.startsWith('curl '))).toBe(true)
})

test('an app that is killed is back, and a line says so', async () => {
  const [pid] = pidsOf(`PORT=${env.CLICK_INGEST_PORT}`, 'apps/click-ingest')
  process.kill(pid!, 'SIGKILL')
  await expect.poll(() => pidsOf(`PORT=${env.CLICK_INGEST_PORT}`, 'apps/click-ingest')).toHaveLength(1)
  await expect.poll(() => click(), { timeout: 10_000 }).toBe(202)
  expect(stack.output()).toContain('click-ingest ended by SIGKILL: starting it again')
})

test('a second npm start on the same folder says that one is running', async () => {
  await expect(startStack(env)).rejects.toThrow(`already running on ${env.STACK_DIR}`)
})

test('a second npm start elsewhere says which ports are taken, and by whom', async () => {
  const other = { ...env, STACK_DIR: `${env.STACK_DIR}-other` }
  await expect(startStack(other)).rejects.toThrow(
    new RegExp(`port ${env.PORT} of the gateway \\(PORT\\) is taken by process \\d+`),
  )
  removeStack(other)
})

test('after kill -9 of the supervisor the next start ends the orphans and keeps data and key', async () => {
  const before = stack
  const clicks = await clicksOf()
  await expect.poll(() => click(), { timeout: 10_000 }).toBe(202)
  expect(await clicksOf()).toBe(clicks + 1)
  await before.kill()
  stack = await startStack(env)
  expect(stack.output()).toContain('stopped processes of an earlier run')
  expect(stack.apiKey).toBe(before.apiKey)
  expect(await clicksOf()).toBe(clicks + 1)
  expect(await click()).toBe(202)
})

test('after kill -9 of everything it starts again', async () => {
  const clicks = await clicksOf()
  await stack.kill()
  for (const pid of pidsOf(`STACK_DIR=${env.STACK_DIR}`, '')) killHard(pid)
  for (const pid of pidsOf('', `${env.STACK_DIR}/`)) killHard(pid)
  stack = await startStack(env)
  expect(await clicksOf()).toBe(clicks)
})

test('SIGTERM leaves no process behind, within 10 s', async () => {
  const began = performance.now()
  expect(await stack.stop()).toBe(0)
  expect(performance.now() - began).toBeLessThan(10_000)
  await pause(100)
  expect([...pidsOf(`STACK_DIR=${env.STACK_DIR}`, ''), ...pidsOf('', `${env.STACK_DIR}/`)]).toEqual([])
  stack = await startStack(env)
})

test('a start with --reset begins from empty data', async () => {
  await stack.stop()
  stack = await startStack(env, ['--reset'])
  expect(await clicksOf()).toBe(0)
  expect(await click()).toBe(202)
})

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // it went with the one before
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function click(): Promise<number> {
  const response = await fetch(`${stack.origin}/ads/click`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"ad_id":1}',
  }).catch(() => undefined)
  return response?.status ?? 0
}

/** The clicks of the ad, with all that were acknowledged before the call. */
async function clicksOf(): Promise<number> {
  const asked = Date.now()
  return vi.waitFor(
    async () => {
      const response = await fetch(`${stack.origin}/ads/analytics?ad_id=1`)
      const [row] = (await response.json()) as { clicks: number }[]
      expect(Date.parse(response.headers.get('x-complete-through') ?? '')).toBeGreaterThan(asked)
      return row?.clicks ?? 0
    },
    { timeout: 30_000, interval: 50 },
  )
}

/** Processes with a variable in their environment and a text in their command line; this one is not among them. */
function pidsOf(variable: string, command: string): number[] {
  const lines = execFileSync('ps', ['-eww', '-o', 'pid=', '-o', 'stat=', '-o', 'args='], { encoding: 'utf8' }).split(
    '\n',
  )
  const found = lines
    .map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match?.[3]?.includes(command) && !match[2]?.startsWith('Z'))
  return found
    .map((match) => Number(match?.[1]))
    .filter((pid) => pid !== process.pid && (variable === '' || environmentOf(pid).includes(`${variable}\0`)))
}

function environmentOf(pid: number): string {
  try {
    return execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}
