import { join } from 'node:path'
import { freePort, workspace } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attempt, command } from './support/command.ts'
import { drip } from './support/drip.ts'
import { createCompose, dockerIsPossible, type Engine, startEngine } from './support/docker.ts'
import { type AdStats, getJson } from './support/get-json.ts'
import { startLoad } from './support/load.ts'

interface Answer {
  data: { result: { metric: { job: string } }[] }
}

const apps = ['ads-api', 'click-ingest', 'click-writer']
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const prometheusPort = await freePort()
const version = '9.8.7'
const { compose, docker, containerOf, logs } = createCompose('ads-tracker-test', {
  COMPOSE_PROFILES: 'observability',
  PORT: String(port),
  PROMETHEUS_PORT: String(prometheusPort),
  APP_VERSION: version,
  APP_COMMIT: 'abc123',
  RATE_LIMIT_MAX: '0',
  FRONT_SUBNET: '172.30.88.0/24',
  GATEWAY_ADDRESS: '172.30.88.10',
})
const image = (app: string) => `ads-tracker/${app}:${version}`
const clicksOf = async (ad: number) => (await getJson<AdStats[]>(`${url}/ads/analytics?ad_id=${ad}`))[0]?.clicks
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

describe.skipIf(!(await dockerIsPossible()))('docker compose', () => {
  let engine: Engine

  beforeAll(async () => {
    engine = await startEngine()
    const start = performance.now()
    await compose('--progress', 'quiet', 'build')
    const built = performance.now()
    await compose('--progress', 'quiet', 'up', '-d', '--wait')
    console.log(
      `images built in ${seconds(built - start)}, the system healthy after ${seconds(performance.now() - built)}`,
    )
  }, 600_000)

  afterAll(async () => {
    await attempt('docker', ['rmi', '-f', ...[...apps, 'gateway', 'jobs'].map(image)])
    await engine?.stop()
  })

  describe.each(apps)('the image of %s', (app) => {
    it('has neither root nor shell nor package manager', async () => {
      const { Config, Size } = JSON.parse(await docker('image', 'inspect', image(app)))[0]
      expect(Config.User).toBe('1000:1000')
      expect(Size / 1e6).toBeLessThan(160)
      for (const program of ['sh', 'npm', 'apt-get', 'dpkg']) {
        const { code } = await attempt('docker', ['run', '--rm', '--entrypoint', program, image(app)])
        expect(code, program).toBe(127)
      }
    })

    it('says which version of what commit it is, and how it is', async () => {
      const { Config } = JSON.parse(await docker('image', 'inspect', image(app)))[0]
      expect(Config.Labels).toMatchObject({
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.revision': 'abc123',
      })
      expect(Config.Healthcheck.Test).toEqual(['CMD', 'node', 'healthcheck.js'])
      const { output } = await attempt('docker', ['exec', await containerOf(app), 'node', '-e', askForMetrics])
      expect(output).toContain(`build_info{app="${app}",version="${version}",commit="abc123"} 1`)
    })
  })

  it.each([...apps, 'gateway', 'kafka', 'postgres', 'prometheus'])(
    'gives %s no capability, no new privileges and a memory limit',
    async (service) => {
      const { HostConfig, State } = JSON.parse(await docker('inspect', await containerOf(service)))[0]
      expect(State.Health.Status).toBe('healthy')
      expect(HostConfig.CapDrop).toEqual(['ALL'])
      expect(HostConfig.SecurityOpt).toEqual(['no-new-privileges:true'])
      expect(HostConfig.Memory).toBeGreaterThan(0)
      expect(HostConfig.RestartPolicy.Name).toBe('unless-stopped')
      if (service !== 'kafka') expect(HostConfig.ReadonlyRootfs).toBe(true)
    },
  )

  it.each([
    ['click-ingest', 'postgres', 5432],
    ['ads-api', 'kafka', 9092],
    ['gateway', 'kafka', 9092],
    ['gateway', 'postgres', 5432],
  ])('leaves no way from %s to %s', async (from, to, target) => {
    const tool =
      from === 'gateway'
        ? ['curl', '-sS', '-m', '3', `http://${to}:${target}`]
        : ['node', '-e', connect, to, String(target)]
    const { code, output } = await attempt('docker', ['exec', await containerOf(from), ...tool])
    expect(code).not.toBe(0)
    expect(output).toMatch(/EAI_AGAIN|ENOTFOUND|resolve host/)
  })

  it('ends slow bodies, takes few batches of one address at once, and answers others meanwhile', async () => {
    const slow = Array.from({ length: 60 }, () => drip(port, '/ads/click', 200))
    const batches = Array.from({ length: 60 }, () => drip(port, '/ads/events', 500_000))
    for (let clicks = 0; clicks < 5; clicks += 1) {
      expect((await post('/ads/click', '{"ad_id":8}')).status).toBe(202)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    for (const { status, ms } of await Promise.all(slow)) {
      expect(['408', 'closed']).toContain(status)
      expect(ms).toBeLessThan(12_000)
    }
    const ended = await Promise.all(batches)
    expect(ended.filter(({ status }) => status === '429')).toHaveLength(60 - 32)
    expect(ended.every(({ ms }) => ms < 12_000)).toBe(true)
    expect((await post('/ads/click', '{"ad_id":8}')).status).toBe(202)
  })

  it('counts a click that came through nginx, under the address of its sender', async () => {
    const answer = await post('/ads/click', '{"ad_id":9,"timestamp":"2025-07-07T06:45:00Z","playback_time":15}', {
      'x-forwarded-for': '203.0.113.7',
    })
    expect(answer.status).toBe(202)
    await expect.poll(() => clicksOf(9), { timeout: 5000 }).toBe(1)
    const ip = await compose(
      'exec',
      '-T',
      'postgres',
      'psql',
      '-U',
      'ads',
      '-d',
      'ads',
      '-Atc',
      'select ip from clicks where ad_id = 9',
    )
    expect(ip.trim()).not.toBe('')
    expect(ip).not.toContain('203.0.113')
  })

  it('answers errors of its own as problems, and never shows metrics', async () => {
    for (const [path, status] of [
      ['/metrics', 404],
      ['//metrics', 404],
      ['/ads/click', 405],
    ] as const) {
      const answer = await fetch(url + path)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
    const large = await post('/ads/click', ' '.repeat(5_000_000))
    expect([large.status, await large.json()]).toMatchObject([413, { code: 'payload_too_large', status: 413 }])
  })

  it('passes the same end-to-end suite as the system that npm start runs', { timeout: 240_000 }, async () => {
    const key = await compose(
      'run',
      '--rm',
      '-T',
      'jobs',
      'api-keys',
      'create',
      '--name',
      'test',
      '--scopes',
      'ads:write,analytics:read',
    )
    const apiKey = /adk_[\w-]+/.exec(key)?.[0] ?? ''
    expect(apiKey).not.toBe('')
    const suite = [
      'run',
      '--root',
      'tools/test/end-to-end',
      '--testTimeout=120000',
      'pages.test',
      'page-paths.test',
      'streams.test',
      'ads.test',
      'analytics.test',
      'events.test',
      'gateway.test',
    ]
    const { code, output } = await attempt(
      process.execPath,
      [join(workspace, 'node_modules/vitest/vitest.mjs'), ...suite],
      {
        cwd: workspace,
        env: { ...process.env, BASE_URL: url, API_KEY: apiKey },
      },
    )
    expect(code, output).toBe(0)
  })

  it('balances its books', async () => {
    expect(await compose('run', '--rm', '-T', 'jobs', 'ledger')).toContain('the ledger balances')
  })

  it('makes rollups again by a job, and names all jobs when another is asked for', async () => {
    const hour = ['--from', new Date(Date.now() - 3_600_000).toISOString(), '--to', new Date().toISOString()]
    expect(await compose('run', '--rm', '-T', 'jobs', 'rebuild', ...hour)).toMatch(
      /minutes computed again[^]*rollups agree/,
    )
    const { output } = await attempt('docker', ['run', '--rm', image('jobs'), 'nothing'])
    for (const job of ['api-keys', 'dead-letters', 'ledger', 'migrate', 'rebuild', 'seed', 'topics', 'verify'])
      expect(output).toContain(job)
  })

  it('shows its Prometheus every process and no alert', async () => {
    const ask = async (query: string) =>
      (await getJson<Answer>(`http://127.0.0.1:${prometheusPort}/api/v1/query?query=${encodeURIComponent(query)}`)).data
        .result
    const up = async () => (await ask('up == 1')).map(({ metric }) => metric.job).sort()
    await expect.poll(up, { timeout: 30_000 }).toEqual(['ads-api', 'click-ingest', 'click-writer', 'disk'])
    expect(await ask('ALERTS{alertstate="firing",severity="page"}')).toEqual([])
  })

  it('answers 503 with Retry-After while an app cannot be reached', async () => {
    await compose('--progress', 'quiet', 'stop', 'click-ingest')
    const answer = await post('/ads/click', '{"ad_id":1}')
    await compose('--progress', 'quiet', 'start', 'click-ingest')
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toMatchObject([
      503,
      '1',
      { code: 'unavailable' },
    ])
    await becomesHealthy('click-ingest')
  })

  it('survives the death of every process under load, by itself', { timeout: 400_000 }, async () => {
    const report = await underLoad(2, async (service) => {
      const { State } = JSON.parse(await docker('inspect', await containerOf(service)))[0]
      await command('kill', ['-9', String(State.Pid)])
      await expect.poll(() => restarts(service), { timeout: 20_000 }).toBeGreaterThan(0)
    })
    await expect.poll(() => clicksOf(2), { timeout: 20_000 }).toBe(report.acknowledged)
  })

  it('survives docker kill of every container under load, once it is started again', { timeout: 400_000 }, async () => {
    const report = await underLoad(3, async (service) => {
      const container = await containerOf(service)
      await docker('kill', container)
      await docker('start', container)
    })
    await expect.poll(() => clicksOf(3), { timeout: 20_000 }).toBe(report.acknowledged)
  })

  it('leaves nothing behind', async () => {
    await compose('--progress', 'quiet', 'down', '-v', '--remove-orphans')
    const filter = ['-q', '--filter', 'label=com.docker.compose.project=ads-tracker-test']
    const left = await Promise.all([
      docker('ps', '-a', ...filter),
      docker('volume', 'ls', ...filter),
      docker('network', 'ls', ...filter),
    ])
    expect(left.join('').trim()).toBe('')
  })

  async function underLoad(adId: number, harm: (service: string) => Promise<void>) {
    const load = startLoad({ url, clicksPerSecond: 50, adId })
    for (const service of ['click-writer', 'ads-api', 'click-ingest', 'gateway', 'postgres', 'kafka']) {
      const start = performance.now()
      await harm(service)
      await becomesHealthy(service)
      console.log(`${service} healthy ${seconds(performance.now() - start)} after it was killed`)
    }
    for (const app of apps) await becomesHealthy(app)
    const report = await load.stop()
    console.log(report)
    expect(report.failed).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(500)
    return report
  }

  async function becomesHealthy(service: string) {
    const health = async () =>
      (await docker('inspect', '-f', '{{.State.Health.Status}}', await containerOf(service))).trim()
    await expect
      .poll(health, { timeout: 120_000, interval: 250 })
      .toBe('healthy')
      .catch(async (error) => {
        throw new Error(`${service} does not become healthy:\n${await logs(service)}`, { cause: error })
      })
  }

  async function restarts(service: string) {
    return Number(await docker('inspect', '-f', '{{.RestartCount}}', await containerOf(service)))
  }
})

const askForMetrics = 'fetch(`http://127.0.0.1:${process.env.PORT}/metrics`).then((r) => r.text()).then(console.log)'
const connect =
  "require('node:net').connect(Number(process.argv[2]), process.argv[1]).on('error', (e) => { console.log(e.code); process.exit(1) }).on('connect', () => process.exit(0))"
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
