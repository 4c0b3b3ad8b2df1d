import { randomUUID } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attempt } from './support/command.ts'
import { scratchClone } from './support/scratch-clone.ts'

const comment = (text: string) => `${text}\n// changed\n`
const apps = ['ads-api', 'click-ingest', 'click-writer']

describe('after a change CI builds what it concerns', () => {
  let clone: Awaited<ReturnType<typeof scratchClone>>

  beforeAll(async () => {
    clone = await scratchClone()
  })
  afterAll(() => clone?.remove())

  it('of one app: that app and its end-to-end tests, and no other app or library', async () => {
    const { projects, tasks } = await clone.afterChange({ 'apps/ads-api/src/app.ts': comment })
    expect(projects).toEqual(expect.arrayContaining(['ads-api', 'test']))
    expect(tasks).toEqual(
      expect.arrayContaining([
        'ads-api:lint',
        'ads-api:typecheck',
        'ads-api:test',
        'ads-api:bundle',
        'test:end-to-end',
        'chaos:test',
      ]),
    )
    for (const other of ['click-ingest', 'click-writer', 'data', 'events', 'kafka', 'service-kit', 'stack']) {
      expect(projects).not.toContain(other)
      expect(tasks.filter((task) => task.startsWith(`${other}:`))).toEqual([])
    }
  })

  it('of the events: everything that depends on them', async () => {
    const { projects, tasks } = await clone.afterChange({ 'libs/events/src/encode.ts': comment })
    expect(projects).toEqual(expect.arrayContaining(['events', 'data', 'kafka', ...apps, 'test']))
    expect(tasks).toEqual(expect.arrayContaining(apps.flatMap((app) => [`${app}:test`, `${app}:bundle`])))
  })

  it('of a README: the tests that read it, all else is in the cache', async () => {
    const { tasks } = await clone.afterChange({ 'README.md': comment, 'apps/click-ingest/README.md': comment })
    expect(tasks.filter((task) => !task.endsWith(':lint'))).toEqual(['build:test', 'test:test'])
  })

  it('of the version of a package that one app uses: that app', async () => {
    const { projects, tasks } = await clone.afterChange({
      'package-lock.json': (text) => upgrade(text, '@fastify/cors'),
    })
    expect(projects).toContain('click-ingest')
    expect(tasks).toEqual(expect.arrayContaining(['click-ingest:bundle', 'click-ingest:test']))
    for (const other of ['ads-api', 'click-writer']) {
      expect(projects).not.toContain(other)
      expect(tasks).not.toContain(`${other}:bundle`)
    }
  })

  it(
    'takes a second run with nothing changed all from the cache, and after a change of one app only that one not',
    { timeout: 240_000 },
    async () => {
      const run = () =>
        clone.nx('run-many', '-t', 'typecheck', 'bundle', '-p', ...apps.map((app) => `@ads-tracker/${app}`))
      await run()
      expect(await run()).toMatch(/Cache:\s+(\d+)\/\1 hit \(100%\)/)
      appendFileSync(join(clone.folder, 'apps/click-ingest/src/record.ts'), `// changed ${randomUUID()}\n`)
      const output = await run()
      const [, hits, all] = /Cache:\s+(\d+)\/(\d+) hit/.exec(output) ?? []
      expect(Number(all) - Number(hits)).toBe(2)
    },
  )
})

// As npm would write another version of it: with another checksum.
function upgrade(lock: string, name: string): string {
  const entries = JSON.parse(lock)
  const entry = entries.packages[`node_modules/${name}`]
  Object.assign(entry, { version: '99.0.0', integrity: `sha512-${Buffer.from('changed').toString('base64')}` })
  return JSON.stringify(entries, null, 2)
}

describe('the workflow', () => {
  const file = '.github/workflows/ci.yml'
  const workflow = parse(readFileSync(join(workspace, file), 'utf8'))

  it('is what GitHub understands', async (context) => {
    const { code: withoutGo } = await attempt('go', ['version'])
    if (withoutGo) return context.skip('there is no Go to run actionlint with')
    const { code, output } = await attempt('go', ['run', 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.7', file], {
      cwd: workspace,
    })
    expect(code, output).toBe(0)
  })

  it('pins each action to a commit and may only read', () => {
    const uses = Object.values(workflow.jobs as Record<string, { steps: { uses?: string }[] }>).flatMap(({ steps }) =>
      steps.flatMap((step) => step.uses ?? []),
    )
    expect(uses.length).toBeGreaterThan(3)
    for (const action of uses) expect(action).toMatch(/@[0-9a-f]{40}$/)
    expect(workflow.permissions).toEqual({ contents: 'read' })
  })

  it('runs the affected checks, bundles and images', () => {
    const runs = workflow.jobs.affected.steps.map(({ run }: { run?: string }) => run).join('\n')
    expect(runs).toContain('nx affected -t lint typecheck test end-to-end bundle')
    expect(runs).toContain('nx affected -t image')
  })
})
