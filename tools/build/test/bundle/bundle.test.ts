import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Bundle, bundle, workspace } from '../../src/bundle/bundle.ts'

// Outside of the workspace, so that nothing of it can be found from there.
const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none', KAFKA_BROKERS: '127.0.0.1:9' }
const projects = ['apps', 'tools']
  .flatMap((kind) => readdirSync(join(workspace, kind)).map((name) => `${kind}/${name}`))
  .filter(isBundled)

function isBundled(project: string): boolean {
  const manifest = join(workspace, project, 'package.json')
  if (!existsSync(manifest) || !existsSync(join(workspace, project, 'src/main.ts'))) return false
  return JSON.parse(readFileSync(manifest, 'utf8')).nx?.targets?.bundle !== undefined
}

function start(main: string, env: Record<string, string>, args: string[] = []) {
  const cwd = mkdtempSync(join(folder, 'empty-'))
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { PATH: process.env.PATH, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exited, output: () => output, stop: () => child.kill('SIGTERM') && exited }
}

const apps = projects.filter((project) => project.startsWith('apps/'))

describe.each(apps)('the bundle of %s', { timeout: 120_000 }, (project) => {
  let made: Bundle

  beforeAll(async () => {
    made = await bundle(project, join(folder, project))
  })

  it('is smaller than 3 MiB', () => {
    expect(made.bytes).toBeLessThan(3 * 1024 * 1024)
  })

  it('starts and answers in an empty folder, with its dependencies down', async () => {
    const port = await freePort()
    const app = start(made.main, { ...nowhere, PORT: String(port) })
    const ask = () => fetch(`http://127.0.0.1:${port}/livez`)
    const health = await vi.waitFor(ask, { timeout: 10_000 }).catch(() => undefined)
    expect(health?.status, app.output()).toBe(200)
    expect(await app.stop()).toBe(0)
  })

  it('refuses a bad configuration with exit code 78 and names each variable, never its value', async () => {
    const app = start(made.main, { ...nowhere, PORT: 'sesame', LOG_LEVEL: 'open' })
    expect(await app.exited).toBe(78)
    expect(app.output()).toMatch(/PORT: [^]*LOG_LEVEL: |LOG_LEVEL: [^]*PORT: /)
    expect(app.output()).not.toMatch(/sesame|open/)
  })
})

describe('the bundle of apps/click-writer', { timeout: 120_000 }, () => {
  let made: Bundle
  const logged = async (env: Record<string, string>) => {
    const app = start(made.main, { ...nowhere, ...env, PORT: '0' })
    await vi.waitFor(() => expect(app.output()).toContain('not ready to start'), { timeout: 10_000 })
    await app.stop()
    return app.output()
  }

  beforeAll(async () => {
    made = await bundle('apps/click-writer', join(folder, 'traces'))
  })

  it('names the functions in stack traces', async () => {
    expect(await logged({})).toMatch(/isReadOnly \(.*\/main\.js:\d+:\d+\)/)
  })

  it('names the sources too when Node is told to read its map', async () => {
    const trace = /isReadOnly \(.*libs\/data\/src\/database\.ts:\d+:\d+\)/
    expect(await logged({ NODE_OPTIONS: '--enable-source-maps' })).toMatch(trace)
  })
})

const jobs = ['migrate', 'topics', 'seed', 'ledger', 'verify', 'disk-metrics', 'api-keys list', 'dead-letters list']

describe('the bundle of tools/cli', { timeout: 120_000 }, () => {
  let main: string

  beforeAll(async () => {
    ;({ main } = await bundle('tools/cli', join(folder, 'cli')))
  })

  it.each(jobs)('runs %s in an empty folder and says what it cannot reach', async (args) => {
    const job = start(main, nowhere, args.split(' '))
    expect(await job.exited).not.toBe(0)
    expect(job.output()).toMatch(/does not answer|is required/)
    expect(job.output()).not.toMatch(/Cannot find|ERR_MODULE|ENOENT/)
  })

  it('never takes a server of this machine in an image: one that is not named is missing', async () => {
    const job = start(main, { NODE_ENV: 'production' }, ['topics'])
    expect(await job.exited).toBe(78)
    expect(job.output()).toMatch(/DATABASE_URL: is required[^]*KAFKA_BROKERS: is required/)
  })

  it('has every migration beside it', async () => {
    expect(readdirSync(join(main, '../migrations'))).toEqual(readdirSync(join(workspace, 'libs/data/migrations')))
  })
})
