import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleTracker } from '../build/bundles.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = join(root, 'dist/package')
const folder = mkdtempSync(join(tmpdir(), 'sdk-'))
let tarball = ''

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'build/main.ts')], { stdio: 'inherit' })
  const output = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: built,
    encoding: 'utf8',
  })
  tarball = join(folder, output.trim().split('\n').at(-1) ?? '')
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package', () => {
  it('has no finding of publint', async () => {
    const { messages } = await publint({ pkgDir: built, strict: true, pack: 'npm' })
    expect(messages).toEqual([])
  })

  it('has types that every module resolution finds, for who can load ESM', async () => {
    const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)))
    const problems = result.types ? result.problems : [{ kind: 'NoTypes' }]
    // It is ESM, and needs a resolution that knows `exports`: both are said in the README and by `engines`.
    const known = (problem: { kind: string; resolutionKind?: string }) =>
      problem.resolutionKind === 'node10' || problem.kind === 'CJSResolvesToESM'
    expect(problems.filter((problem) => !known(problem))).toEqual([])
  })

  it('needs nothing, and has source maps with their sources', () => {
    const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest).not.toHaveProperty('private')
    for (const file of ['index.js', 'browser/index.js']) {
      expect(readFileSync(join(built, file), 'utf8')).not.toMatch(/from ["'](node:|[a-z@])|require\(/)
      expect(JSON.parse(readFileSync(join(built, `${file}.map`), 'utf8'))).toMatchObject({
        sourcesContent: expect.arrayContaining([expect.stringContaining('export')]),
      })
    }
  })

  it('is installed into an empty project, type checks there without skipLibCheck, and runs', () => {
    const project = join(folder, 'project')
    execFileSync('mkdir', [project])
    writeFileSync(join(project, 'package.json'), '{"name":"empty","private":true,"type":"module"}')
    execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', tarball], { cwd: project, stdio: 'inherit' })
    expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@ads-tracker'])
    writeFileSync(
      join(project, 'main.ts'),
      [
        "import { createClient, isAdsTrackerError, type Analytics } from '@ads-tracker/sdk'",
        "import { trackVideoAd, type Tracking } from '@ads-tracker/sdk/browser'",
        "const ads = createClient({ baseUrl: 'http://127.0.0.1:9', retries: 0 })",
        'export const analytics: Promise<Analytics> = ads.getAnalytics({ minutes: 5 })',
        'export const track = (video: HTMLVideoElement): Tracking => trackVideoAd(video, { adId: 1 })',
        '// @ts-expect-error an ad has a number',
        "ads.recordClick({ ad_id: '1' }).catch(() => {})",
        "analytics.catch((error: unknown) => console.log(isAdsTrackerError(error, 'connection_lost')))",
      ].join('\n'),
    )
    const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
    for (const options of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      execFileSync(
        process.execPath,
        [tsc, '--strict', '--target', 'es2022', '--lib', 'es2022,dom', ...options, 'main.ts'],
        { cwd: project, stdio: 'inherit' },
      )
    }
    expect(
      execFileSync(process.execPath, ['main.js'], {
        cwd: project,
        encoding: 'utf8',
        env: { ...process.env, FORCE_COLOR: '0' },
      }),
    ).toBe('true\n')
  }, 60_000)
})

describe('the tracker script', () => {
  it('is under 3.5 KiB gzipped, names its version, and has the integrity that it says', async () => {
    const { code, gzipped, version, integrity } = await bundleTracker()
    expect(gzipped).toBeLessThan(3584)
    expect(code.toString()).toContain(`/*! ads-tracker ${version}, MIT */`)
    const digest = await crypto.subtle.digest('SHA-384', new Uint8Array(code))
    expect(integrity).toBe(`sha384-${Buffer.from(digest).toString('base64')}`)
  })

  it('is the same whenever it is built', async () => {
    expect((await bundleTracker()).code.equals((await bundleTracker()).code)).toBe(true)
  })
})
