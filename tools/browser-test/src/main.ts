import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installChromium } from './install-chromium.ts'

// `npm run test:browser [-- FILTER]`: the pages, the tracker, the packed SDK and the document, each against the started system.
installChromium()
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const root = fileURLToPath(new URL('..', import.meta.url))
const { status } = spawnSync(process.execPath, [vitest, 'run', '--root', root, '--config', 'vitest.browser.config.ts', ...process.argv.slice(2)], {
  stdio: 'inherit', timeout: 20 * 60_000,
})
process.exitCode = status ?? 1
