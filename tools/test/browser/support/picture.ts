import { join } from 'node:path'
import { createClient } from '@ads-tracker/sdk'
import { workspace } from '@ads-tracker/local-servers'
import { chromium } from 'playwright-core'
import { findChromium, installChromium } from './install-chromium.ts'
import { sampleEvents, sampleLabels } from './picture-numbers.ts'
import { startSystem } from '../../support/start-system.ts'

// npx node tools/test/browser/support/picture.ts: takes the picture of the README, from a system of its own with sample numbers.
const file = join(workspace, 'libs/dashboard/dashboard.png')
installChromium()
const { origin, apiKey, end } = await startSystem()
try {
  const client = createClient({ baseUrl: origin, apiKey })
  for (const [index, label] of sampleLabels.entries()) await client.updateAd(index + 1, label)
  const events = sampleEvents(Date.now())
  for (let start = 0; start < events.length; start += 500) await client.recordEvents(events.slice(start, start + 500))
  await untilCounted(events.length)
  await takePicture()
  console.log(file)
} finally {
  await end()
}

async function untilCounted(count: number) {
  const client = createClient({ baseUrl: origin })
  for (;;) {
    const { rows } = await client.getAnalytics()
    if (rows.reduce((sum, { clicks, impressions }) => sum + clicks + impressions, 0) >= count) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

async function takePicture() {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: { width: 1240, height: 900 }, colorScheme: 'light' })
  await page.goto(`${origin}/?period=30d&tz=UTC`)
  await page.locator('.trend polyline').first().waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.waitForFunction(() => document.querySelector('canvas')?.getAttribute('width') !== '300')
  await page.waitForTimeout(500)
  await page.screenshot({ path: file })
  await browser.close()
}
