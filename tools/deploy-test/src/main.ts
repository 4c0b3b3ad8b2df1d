import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leash, workspace } from '@ads-tracker/testing'

// npm run test:deploy [-- FILTER...]
const limitMinutes = Number(process.env.TEST_DEPLOY_MINUTES ?? 15)
const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-deploy-test-'))
const report = join(folder, 'report.json')
const args = ['run', '--config', 'vitest.deploy.config.ts', '--reporter=verbose', '--reporter=json', `--outputFile=${report}`]
const env = { ...process.env, NX_DAEMON: 'false' }
const child = spawn(process.execPath, [join(workspace, 'node_modules/vitest/vitest.mjs'), ...args, ...process.argv.slice(2)], {
  cwd: join(workspace, 'tools/deploy-test'), stdio: 'inherit', env,
})
const closed = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
leash(child.pid!, closed.then(() => {}), { signal: 'SIGTERM', remove: [] })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
const alarm = setTimeout(() => {
  console.error(`stopped after ${limitMinutes} minutes`)
  child.kill('SIGTERM')
}, limitMinutes * 60_000)

const code = await closed
clearTimeout(alarm)
const failed = summarise() || code !== 0
rmSync(folder, { recursive: true, force: true })
process.exit(failed ? 1 : 0)

/** Prints the counts; whether anything failed. */
function summarise(): boolean {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'))
    // a suite that could not even begin has no failed test of its own
    const failures = Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0)
    console.log(`\n${numPassedTests} passed, ${failures} failed, ${numPendingTests} skipped`)
    return failures > 0
  } catch {
    console.log('\n0 passed, 1 failed')
    return true
  }
}
