import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { entry, freePort, endWithParent, type RunningApp, workspace } from '@ads-tracker/local-servers'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attempt } from './support/command.ts'
import { ensureProgram } from './support/install.ts'
import { startLoad } from './support/load.ts'
import { type AppName, appNames, startApps, startInfrastructure } from './support/native-system.ts'
import { alerts, rules, startPrometheus } from './support/prometheus.ts'

interface Dashboard {
  title: string
  panels: { title: string; datasource: { uid: string }; targets: { expr: string }[] }[]
}

const dashboards = join(workspace, 'docker/grafana/dashboards')
const boards = readdirSync(dashboards).map((name): Dashboard =>
  JSON.parse(readFileSync(join(dashboards, name), 'utf8')),
)
const panels = boards.flatMap(({ title, panels }) =>
  panels.flatMap((panel) => panel.targets.map(({ expr }) => ({ name: `${title} / ${panel.title}`, expr }))),
)

beforeAll(() => ensureProgram('promtool', 'prometheus'))

describe('the rules', () => {
  it('are rules, and every alert of theirs is silent before and fires after', async () => {
    const { code, output } = await attempt('promtool', ['test', 'rules', join(rules, 'alerts.test.yml')])
    expect(code, output).toBe(0)
    const tested = parse(readFileSync(join(rules, 'alerts.test.yml'), 'utf8')).tests.flatMap(
      (test: { alert_rule_test: AlertTest[] }) => test.alert_rule_test,
    )
    const fired = tested
      .filter(({ exp_alerts }: AlertTest) => exp_alerts?.length)
      .map(({ alertname }: AlertTest) => alertname)
    expect(new Set(fired)).toEqual(new Set(alerts().map(({ alert }) => alert)))
  })

  it.each(alerts())('lead from $alert to a section of a README', ({ annotations }) => {
    const [file = '', anchor = ''] = annotations.runbook.split('#')
    const headings = readFileSync(join(workspace, file), 'utf8').match(/^#{2,4} .*/gm) ?? []
    expect(headings.map(anchorOf)).toContain(anchor)
  })

  interface AlertTest {
    alertname: string
    exp_alerts?: unknown[]
  }
})

const anchorOf = (heading: string) =>
  heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')

describe('the dashboards', () => {
  it('are an overview and one for each app, on the data source that is provisioned', () => {
    const { datasources } = parse(
      readFileSync(join(workspace, 'docker/grafana/provisioning/datasources/prometheus.yml'), 'utf8'),
    )
    expect(boards.map(({ title }) => title).sort()).toEqual(
      ['overview', ...appNames].map((name) => `Ads Tracker: ${name}`).sort(),
    )
    for (const { panels } of boards)
      for (const { datasource } of panels) expect(datasource.uid).toBe(datasources[0].uid)
  })
})

describe('a real Prometheus on the running system', () => {
  let infrastructure: Awaited<ReturnType<typeof startInfrastructure>>
  let apps: Record<AppName, RunningApp>
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>
  let stopDiskMetrics: () => void

  beforeAll(async () => {
    infrastructure = await startInfrastructure('observability')
    apps = await startApps(infrastructure.environmentOf)
    const diskPort = await freePort()
    stopDiskMetrics = startDiskMetrics(diskPort, infrastructure.folder)
    const targets = Object.fromEntries(appNames.map((app) => [app, new URL(apps[app].url).host]))
    prometheus = await startPrometheus(infrastructure.folder, { ...targets, disk: `127.0.0.1:${diskPort}` })
    await driveTraffic()
  })

  afterAll(async () => {
    await prometheus?.stop()
    stopDiskMetrics?.()
    await Promise.all(Object.values(apps ?? {}).map((app) => app.stop()))
    await infrastructure?.stop()
  })

  it('reaches every job', async () => {
    const up = await prometheus.query('up')
    expect(Object.fromEntries(up.map(({ metric, value }) => [metric.job, value]))).toEqual({
      'ads-api': 1,
      'click-ingest': 1,
      'click-writer': 1,
      disk: 1,
    })
  })

  it('evaluates every rule', async () => {
    const { groups } = await prometheus.get<{
      groups: { rules: { name: string; health: string; lastError?: string }[] }[]
    }>('/api/v1/rules')
    const all = groups.flatMap((group) => group.rules)
    expect(all.length).toBeGreaterThan(20)
    expect(all.filter(({ health }) => health !== 'ok')).toEqual([])
  })

  it.each(panels)('shows data in the panel $name: $expr', async ({ expr }) => {
    const samples = await prometheus.query(expr)
    expect(samples.filter(({ value }) => !Number.isNaN(value))).not.toEqual([])
  })

  it.each(alerts())('has what the alert $alert compares', async ({ expr }) => {
    // with `bool` a comparison gives 0 instead of nothing while the alert is silent
    const compared = expr.replace(/ (==|!=|>=|<=|>|<) /g, ' $1 bool ')
    expect(await prometheus.query(compared)).not.toEqual([])
  })

  it('never learns the address of a person or a secret, from no app', async () => {
    for (const app of Object.values(apps)) {
      const scraped = await (await fetch(`${app.url}/metrics`)).text()
      for (const text of [scraped, app.output()])
        expect(text).not.toMatch(/203\.0\.113\.77|2001:db8:77:|DATABASE_URL|:\/\/\w+:\w+@/)
    }
  })

  it('finds no metric with more than a hundred series', async () => {
    const many = await prometheus.query(
      'count by (__name__, job) ({job=~".+",__name__!~".*_bucket|ALERTS.*|.*:.*"}) > 100',
    )
    expect(many).toEqual([])
  })

  async function driveTraffic() {
    const load = startLoad({ url: apps['click-ingest'].url, readUrl: apps['ads-api'].url, clicksPerSecond: 30 })
    const send = (body: unknown, path = '/ads/click') =>
      fetch(apps['click-ingest'].url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    for (let second = 0; second < 20; second++) {
      await send({ ad_id: 1, ip: '203.0.113.77' }, '/ads/impression')
      await send({ ad_id: 'one' })
      await send({ ad_id: 999_999, ip: '2001:db8:77::1' })
      await fetch(`${apps['ads-api'].url}/ads/analytics?minutes=10`)
      await fetch(`${apps['ads-api'].url}/ads?limit=2`)
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    const { failed } = await load.stop()
    expect(failed).toEqual([])
  }
})

function startDiskMetrics(port: number, folder: string): () => void {
  const env = { ...process.env, PORT: String(port), VOLUMES: `kafka=${folder},postgres=${folder}`, LOG_LEVEL: 'warn' }
  const child = spawn(process.execPath, [entry('tools/cli'), 'disk-metrics'], { env, stdio: 'inherit' })
  endWithParent(child.pid!, once(child, 'exit'))
  return () => void child.kill('SIGTERM')
}
