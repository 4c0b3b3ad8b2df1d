import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, workspace } from '@ads-tracker/local-servers'
import { createClient } from '@ads-tracker/sdk'
import { sampleEvents, sampleLabels } from './picture-numbers.ts'

const urls = { image_url: 'https://example.com/a.png', target_url: 'https://example.com/' }
const ads = 1000

/** Makes 1,000 ads with the numbers of 60 days, and waits until all are counted. */
export async function fill(origin: string, apiKey: string): Promise<void> {
  const client = createClient({ baseUrl: origin, apiKey })
  for (const [index, label] of sampleLabels.entries()) await client.updateAd(index + 1, label)
  for (let id = sampleLabels.length + 1; id <= ads; id += sampleLabels.length)
    await Promise.all(
      sampleLabels.map((label, n) => client.createAd({ id: id + n, name: `Ad of many ${id + n}`, ...label, ...urls })),
    )
  // the ten best known ads have two thirds of the events
  const events = sampleEvents(Date.now()).map((event, n) =>
    n % 3 === 0 ? { ...event, ad_id: 1 + ((n * 7919) % ads) } : event,
  )
  for (let start = 0; start < events.length; start += 500) await client.recordEvents(events.slice(start, start + 500))
  const end = Date.now()
  while (((await client.getAnalytics()).completeThrough?.getTime() ?? 0) < end)
    await new Promise((resolve) => setTimeout(resolve, 250))
}

/** A gateway of its own before the system at `origin`, which serves the pages of a folder. */
export async function serveSite(folder: string, origin: string) {
  const port = String(await freePort())
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [join(workspace, 'tools/stack/src/gateway/main.ts')], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: port, LOG_LEVEL: 'error', SITE_DIR: folder, ADS_API_URL: origin },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  while (!(await fetch(`${url}/livez`).catch(() => undefined))) await new Promise((resolve) => setTimeout(resolve, 50))
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** A page that asks for the numbers of the overview and shows their sum, and does nothing else: nothing can be faster. */
export function floorSite(folder: string): string {
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>floor</title><link rel="icon" href="data:,"><p class="tile"><b class="value"></b></p><script src="/assets/floor.js"></script>',
  )
  writeFileSync(
    join(folder, 'assets/floor.js'),
    `const day = 864e5, today = Math.floor(Date.now() / day) * day
const at = (days) => new Date(today + days * day).toISOString()
fetch('/ads/analytics?' + new URLSearchParams({ from: at(-6), to: at(1), fields: 'name,campaign,advertiser,image_url' }))
  .then((response) => response.json())
  .then((rows) => { document.querySelector('.value').textContent = rows.reduce((sum, { impressions }) => sum + impressions, 0) })
`,
  )
  return folder
}
