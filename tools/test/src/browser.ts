import { installChromium } from '../browser/support/install-chromium.ts'
import { readFilters, runSuite } from './run-suite.ts'

// The pages, the tracker, the packed SDK and the document, each against the started system.
const filters = readFilters('test:browser')
installChromium()
const code = await runSuite({
  suite: 'browser',
  filters,
  limitMinutes: Number(process.env.TEST_BROWSER_MINUTES ?? 15),
  say: console.log,
})
process.exit(code)
