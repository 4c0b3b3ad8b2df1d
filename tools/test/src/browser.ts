import { installChromium } from '../browser/support/install-chromium.ts'
import { runSuite } from './run-suite.ts'

// npm run test:browser [-- FILTER...]: the pages, the tracker, the packed SDK and the document, each against the started system.
installChromium()
const code = await runSuite({
  suite: 'browser',
  filters: process.argv.slice(2),
  limitMinutes: Number(process.env.TEST_BROWSER_MINUTES ?? 15),
  say: console.log,
})
process.exit(code)
