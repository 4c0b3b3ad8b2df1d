import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { entry, removeStack, startOwnStack } from '@ads-tracker/local-servers'
import { chromium } from 'playwright-core'
import { median, type Times, timesOf } from './first-numbers-times.ts'
import { fill, floorSite, serveSite } from './first-numbers-system.ts'
import { findChromium, installChromium } from './install-chromium.ts'

// npx node tools/test/browser/support/first-numbers.ts [SITE ...]: how long a browser with an empty cache takes until it shows the
// first numbers of 1,000 ads. A SITE is a folder that libs/dashboard has built; without one, this source is built. All are loaded in
// turn, LOADS (15) times each, and with them `floor`: a page that only asks for the same numbers and shows their sum.
const loads = Number(process.env.LOADS ?? 15)
const folder = mkdtempSync(join(tmpdir(), 'first-numbers-'))
installChromium()
const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]
try {
  const origin = process.env.ADS_API_URL ?? (await ownSystem())
  const built = process.argv.slice(2).map((site) => resolve(site))
  if (built.length === 0) {
    built.push(join(folder, 'site'))
    execFileSync(process.execPath, [entry('libs/dashboard'), built[0]!])
  }
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  ends.push(() => browser.close())
  const sites = []
  for (const site of [...built, floorSite(join(folder, 'floor'))]) {
    const server = await serveSite(site, origin)
    ends.push(server.stop)
    sites.push({ name: basename(site), url: server.url, times: [] as Times[] })
  }
  // the first one fills the caches of the servers
  for (const { url } of sites) await timesOf(browser, url)
  for (let load = 0; load < loads; load++) for (const { url, times } of sites) times.push(await timesOf(browser, url))
  const rows = sites.map(({ name, times }) => [name, median(times)])
  console.log(`medians of ${loads} loads, milliseconds since the navigation began`)
  console.table(Object.fromEntries(rows) as Record<string, Times>)
  console.log(`load average ${loadavg()[0]!.toFixed(1)}`)
} finally {
  for (const end of ends.reverse()) await end()
}

async function ownSystem(): Promise<string> {
  const { stack, env } = await startOwnStack()
  ends.push(async () => {
    await stack.stop()
    removeStack(env)
  })
  await fill(stack.origin, stack.apiKey)
  return `http://127.0.0.1:${env.ADS_API_PORT}`
}
