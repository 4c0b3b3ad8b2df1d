import { join } from 'node:path'
import { runSuite, workspace } from '@ads-tracker/local-servers'
import { installChromium } from './install-chromium.ts'

// npm run test:browser [-- FILTER...]: the pages, the tracker, the packed SDK and the document, each against the started system.
installChromium()
const code = await runSuite({
  folder: join(workspace, 'tools/browser-test'),
  config: 'vitest.browser.config.ts',
  filters: process.argv.slice(2),
  limitMinutes: Number(process.env.TEST_BROWSER_MINUTES ?? 15),
  say: console.log,
})
process.exit(code)
