import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leash, workspace } from '@ads-tracker/testing'
import { installChromium } from './install-chromium.ts'

// npm run test:browser [-- FILTER...]: the pages, the tracker, the packed SDK and the document, each against the started system.
const limitMinutes = Number(process.env.TEST_BROWSER_MINUTES ?? 15)
const root = fileURLToPath(new URL('..', import.meta.url))
const report = join(root, 'dist/report.json')

rmSync(report, { force: true })
installChromium()
const args = ['run', '--config', 'vitest.browser.config.ts', '--reporter=verbose', '--reporter=json', `--outputFile=${report}`]
const child = spawn(process.execPath, [join(workspace, 'node_modules/vitest/vitest.mjs'), ...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
const closed = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
leash(child.pid!, closed.then(() => {}), { signal: 'SIGTERM', remove: [] })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
const alarm = setTimeout(() => {
  console.error(`stopped after ${limitMinutes} minutes`)
  child.kill('SIGTERM')
}, limitMinutes * 60_000)

const code = await closed
clearTimeout(alarm)
const { passed, failed, skipped } = counts()
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(code === 0 && failed === 0 ? 0 : 1)

function counts() {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    // a suite that could not even begin has no failed test of its own
    return { passed: numPassedTests, failed: Math.max(numFailedTests!, numFailedTestSuites! > 0 ? 1 : 0), skipped: numPendingTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
