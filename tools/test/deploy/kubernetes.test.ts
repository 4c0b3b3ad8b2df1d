import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attempt, command } from './support/command.ts'
import { build, type Manifest } from './support/manifests.ts'

const apps = ['ads-api', 'click-ingest', 'click-writer']
const jobs = ['migrate', 'topics']
const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-kubernetes-'))
let text: string
let manifests: Manifest[]

beforeAll(async () => {
  ;({ text, manifests } = await build('kubernetes/example'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const named = (kind: string, name: string) =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)
const podOf = (name: string) => (named('Deployment', name) ?? named('Job', name))!.spec.template!.spec
const containerOf = (name: string) => podOf(name).containers[0]!

describe('the manifests', () => {
  it.each(apps)('have a base of its own for %s', async (app) => {
    const base = await build(`kubernetes/${app}`)
    expect(base.manifests.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
    ])
    expect(new Set(base.manifests.map(({ metadata }) => metadata.name))).toEqual(new Set([app]))
  })

  it('are what the schemas of Kubernetes allow, and nothing that they do not know', async (context) => {
    const { code: withoutPython } = await attempt('python3', ['-m', 'venv', join(folder, 'venv')])
    if (withoutPython) return context.skip('there is no python3-venv')
    await command(join(folder, 'venv/bin/pip'), [
      '-q',
      '--disable-pip-version-check',
      'install',
      'kubernetes-validate==1.37.0',
    ])
    const file = join(folder, 'example.yaml')
    writeFileSync(file, text)
    const { code, output } = await attempt(join(folder, 'venv/bin/kubernetes-validate'), [
      '--strict',
      '-k',
      '1.34',
      file,
    ])
    expect(code, output).toBe(0)
    expect(output.match(/passed/g)).toHaveLength(manifests.length)
  })

  it.each([...apps, ...jobs, 'gateway'])('run %s without root, rights or writable files, and with limits', (name) => {
    const container = containerOf(name)
    expect(podOf(name).securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(podOf(name).automountServiceAccountToken).toBe(false)
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.resources.limits.memory).toMatch(/^\d+Mi$/)
    expect(container.resources.requests.cpu).toBeDefined()
    expect(container.image).toMatch(/:[\d.]+$/)
  })

  it.each(apps)('ask %s whether it lives and whether it can work, each where it answers that', (app) => {
    expect(containerOf(app).livenessProbe.httpGet.path).toBe('/livez')
    expect(containerOf(app).readinessProbe.httpGet.path).toBe('/readyz')
  })

  it.each([...apps, 'gateway'])('give %s more time to end than its longest request takes', (app) => {
    const service = readFileSync(join(workspace, 'libs/service-kit/src/service.ts'), 'utf8')
    const nginx = readFileSync(join(workspace, 'docker/nginx/nginx.conf.template'), 'utf8')
    const drainSeconds =
      app === 'gateway'
        ? Number(/worker_shutdown_timeout (\d+)s/.exec(nginx)?.[1])
        : Number(/requestTimeout: (\d+)/.exec(service)?.[1]) / 1000
    const preStop = containerOf(app).lifecycle?.preStop.sleep.seconds ?? 0
    expect(drainSeconds).toBeGreaterThan(1)
    expect(podOf(app).terminationGracePeriodSeconds).toBeGreaterThan(preStop + drainSeconds + 5)
  })

  it.each([...apps, ...jobs])('set no variable for %s that it does not read, and no secret but from a file', (name) => {
    const project = apps.includes(name)
      ? `apps/${name}/src/config.ts`
      : `tools/cli/src/commands/${name === 'topics' ? 'topics/index' : name}.ts`
    const sources = [
      project,
      'libs/service-kit/src/config.ts',
      'libs/kafka/src/client.ts',
      'libs/data/src/database-settings.ts',
    ]
    const known = sources.map((file) => readFileSync(join(workspace, file), 'utf8')).join('\n')
    for (const { name: variable, value } of containerOf(name).env) {
      expect(known).toContain(variable.replace(/_FILE$/, ''))
      if (/PASSWORD|DATABASE_URL|KEY/.test(variable))
        expect([variable, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\/secrets\//)])
    }
  })
})

describe('the network', () => {
  it('is closed to everything that is not named', () => {
    expect(named('NetworkPolicy', 'deny-by-default')!.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    })
  })

  // The table "never touches" of the architecture.
  it.each([
    ['ads-api', ['postgres:5432']],
    ['click-ingest', ['kafka:9092']],
    ['click-writer', ['kafka:9092', 'postgres:5432']],
    ['migrate', ['postgres:5432']],
    ['topics', ['kafka:9092', 'postgres:5432']],
    ['gateway', ['ads-api:3001', 'click-ingest:3002']],
  ])('lets %s reach %s and no other pod', (name, allowed) => {
    const { podSelector, egress = [] } = named('NetworkPolicy', name)!.spec
    expect(podSelector?.matchLabels).toEqual({ 'app.kubernetes.io/name': name })
    const reached = egress.flatMap(({ to, ports }) =>
      to.flatMap((peer) => ports.map(({ port }) => `${Object.values(peer.podSelector?.matchLabels ?? {})[0]}:${port}`)),
    )
    expect(reached.filter((target) => !target.startsWith('kube-dns:')).sort()).toEqual(allowed)
  })

  it.each([
    ['postgres', ['ads-api', 'click-writer', 'migrate', 'topics']],
    ['kafka', ['click-ingest', 'click-writer', 'topics']],
  ])('lets nobody but those come to %s', (name, allowed) => {
    const { ingress = [] } = named('NetworkPolicy', name)!.spec
    expect(
      ingress
        .flatMap(({ from }) => from.map(({ podSelector }) => Object.values(podSelector?.matchLabels ?? {})[0]))
        .sort(),
    ).toEqual(allowed)
  })
})
