import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { workspace } from '@ads-tracker/local-servers'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakableNetwork } from './support/broken-network.ts'
import { openPage } from './support/browser.ts'
import { servePage } from './support/page-server.ts'
import { apiKey, client, expectNumbers, newAd, origin } from './support/system.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'sdk-'))
const readme = readFileSync(join(workspace, 'libs/sdk/README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts( browser)?\n(.*?)^```/gms)].map(([, browser, code = '']) => ({
  isForBrowser: browser !== undefined,
  code,
}))

// An empty project with the packed SDK in it, as a customer would have.
beforeAll(() => {
  execFileSync(process.execPath, [join(workspace, 'libs/sdk/build/main.ts')], { stdio: 'inherit' })
  const tarball = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: join(workspace, 'libs/sdk/dist/package'),
    encoding: 'utf8',
  }).trim()
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  const install = ['install', '--silent', '--no-audit', '--no-fund', join(folder, tarball)]
  execFileSync('npm', install, { cwd: folder, stdio: 'inherit' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function runInProject(code: string, baseUrl: string): Promise<string> {
  const file = join(folder, 'example.ts')
  writeFileSync(file, code.replaceAll('https://ads.example.com', baseUrl))
  return (await run(process.execPath, [file], { cwd: folder, env: { ...process.env, ADS_API_KEY: apiKey } })).stdout
}

/** For a browser, with the packed SDK in it. */
async function bundled(contents: string): Promise<string> {
  const stdin = { contents, resolveDir: folder, loader: 'ts' } as const
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false })
  return outputFiles[0]!.text
}

describe('an empty project', () => {
  it('lists the ads, records a click twice through a proxy that loses every third answer, and reads exactly one click', async () => {
    const network = await breakableNetwork(origin)
    network.loseAnswers((count) => count % 3 === 0)
    const adId = await newAd()
    const output = await runInProject(
      `
      import { createClient, uuidv7 } from '@ads-tracker/sdk'
      const ads = createClient({ baseUrl: 'https://ads.example.com' })
      let seen = 0
      for (let round = 0; round < 4; round++) for await (const ad of ads.listAds({ limit: 2 })) seen += ad.id === ${adId} ? 1 : 0
      const click = { event_id: uuidv7(), ad_id: ${adId}, playback_time: 4 }
      await ads.recordClick(click)
      await ads.recordClick(click)
      let clicks = 0
      while (clicks === 0) clicks = (await ads.getAnalytics({ ad_id: ${adId} })).rows[0]?.clicks ?? 0
      console.log(JSON.stringify({ seen, clicks }))`,
      network.url,
    )
    expect(JSON.parse(output)).toEqual({ seen: 4, clicks: 1 })
    await expectNumbers(adId, { clicks: 1, impressions: 0 })
    expect(network.passed.length).toBeGreaterThan(20)
  })

  it('records 2,000 clicks, one by one and in batches, through that proxy: each counts once', async () => {
    const network = await breakableNetwork(origin)
    network.loseAnswers((count) => count % 3 === 0)
    const adId = await newAd()
    await runInProject(
      `
      import { createClient } from '@ads-tracker/sdk'
      const ads = createClient({ baseUrl: 'https://ads.example.com', retries: 12 })
      const click = { type: 'click' as const, ad_id: ${adId} }
      const single = Array.from({ length: 10 }, async () => { for (let i = 0; i < 20; i++) await ads.recordClick(click) })
      const batches = Array.from({ length: 6 }, () => ads.recordEvents(Array.from({ length: 300 }, () => click)))
      const results = (await Promise.all([...batches, ...single])).flat()
      if (results.some((result) => result && result.status !== 202)) throw new Error('an event was not acknowledged')`,
      network.url,
    )
    await expectNumbers(adId, { clicks: 2000, impressions: 0 })
  })
})

describe('the README', () => {
  it.each(examples.filter(({ isForBrowser }) => !isForBrowser).map(({ code }, index) => ({ index, code })))(
    'has an example $index that runs as it stands',
    async ({ code }) => {
      await runInProject(code, origin)
    },
  )

  it('says what its examples print', async () => {
    const errors = examples.find(({ code }) => code.includes('error.errors'))?.code ?? ''
    expect((await runInProject(errors, origin)).replaceAll(/\s+/g, ' ')).toBe(
      "[ { field: 'ip', message: 'must be an IPv4 address or an IPv6 address' } ] ",
    )
    const batch = examples.find(({ code }) => code.includes('recordEvents'))?.code ?? ''
    expect(await runInProject(batch, origin)).toBe('true\n')
  })

  it('has an example for the browser that tracks a video there', async () => {
    const adId = await newAd()
    const [example] = examples.filter(({ isForBrowser }) => isForBrowser)
    const code = example!.code.replace('https://ads.example.com', origin).replace('adId: 1', `adId: ${adId}`)
    const server = await servePage({
      '/': '<!doctype html><title>x</title><link rel="icon" href="data:,"><video src="/clip.mp4" muted autoplay></video><script type="module" src="/example.js"></script>',
      '/example.js': await bundled(code),
    })
    const { page: tab, errors } = await openPage()
    await tab.goto(server)
    await tab.locator('video').click()
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
    expect(errors).toEqual([])
  })
})

describe('the client in a browser', () => {
  it('records from a worker', async () => {
    const adId = await newAd()
    const contents = `import { createClient } from '@ads-tracker/sdk'
      const ads = createClient({ baseUrl: '${origin}' })
      postMessage(await ads.recordClick({ ad_id: ${adId} }))`
    const page = "new Worker('/worker.js', { type: 'module' }).onmessage = () => { document.title = 'done' }"
    const server = await servePage({
      '/': `<!doctype html><title>x</title><script>${page}</script>`,
      '/worker.js': await bundled(contents),
    })
    const { page: tab } = await openPage()
    await tab.goto(server)
    await tab.waitForFunction(() => document.title === 'done')
    await expectNumbers(adId, { clicks: 1, impressions: 0 })
  })

  it('records from a page of another origin, whose preflight is asked for once', async () => {
    const adId = await newAd()
    const network = await breakableNetwork(origin)
    const contents = `import { createClient } from '@ads-tracker/sdk'
      const ads = createClient({ baseUrl: '${network.url}' })
      for (let i = 0; i < 3; i++) await ads.recordClick({ ad_id: ${adId} })
      document.title = 'done'`
    const server = await servePage({
      '/': '<!doctype html><title>x</title><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
      '/main.js': await bundled(contents),
    })
    const { page: tab } = await openPage()
    await tab.goto(server)
    await tab.waitForFunction(() => document.title === 'done')
    await expectNumbers(adId, { clicks: 3, impressions: 0 })
    expect(network.passed.map(({ method }) => method)).toEqual(['OPTIONS', 'POST', 'POST', 'POST'])
    expect((await client.getAnalytics({ ad_id: adId })).rows[0]?.clicks).toBe(3)
  })
})
