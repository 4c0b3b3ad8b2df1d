import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithParent, workspace } from '@ads-tracker/local-servers'

interface Suite {
  /** A folder of tools/test with a vitest.config.ts. */
  suite: string
  /** Names of the tests to run; all when there is none. */
  filters: string[]
  limitMinutes: number
  say: (line: string) => void
  env?: NodeJS.ProcessEnv
}

/** Names of test files from the command line. Prints usage and exits on --help (0) and on an unknown option (78). */
export function readFilters(command: string, args = process.argv.slice(2)): string[] {
  const usage = `usage: npm run ${command} [-- NAME...], a part of the name of each test file to run; all without one`
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    console.log(usage)
    process.exit(0)
  }
  const unknown = args.find((arg) => arg.startsWith('-'))
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}\n${usage}`)
    process.exit(78)
  }
  return args
}

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Runs a long suite by vitest and ends it when it takes too long. Says the counts last; resolves with the exit code. */
export async function runSuite({ suite, filters, limitMinutes, say, env = process.env }: Suite): Promise<number> {
  const results = mkdtempSync(join(tmpdir(), 'ads-tracker-suite-'))
  const report = join(results, 'report.json')
  const args = ['run', '--reporter=verbose', '--reporter=json', `--outputFile=${report}`, ...filters]
  const child = spawn(process.execPath, [join(workspace, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: join(workspace, 'tools/test', suite),
    stdio: 'inherit',
    env,
  })
  const closed = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  endWithParent(child.pid!, closed, { signal: 'SIGTERM', remove: [results] })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const alarm = setTimeout(() => {
    say(`stopped after ${limitMinutes} minutes`)
    child.kill('SIGTERM')
  }, limitMinutes * 60_000)

  const code = await closed
  clearTimeout(alarm)
  const { passed, failed, skipped } = countsOf(report)
  rmSync(results, { recursive: true, force: true })
  say(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  return code === 0 && failed === 0 ? 0 : 1
}

function countsOf(report: string): Counts {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    // a suite that could not even begin has no failed test of its own
    return {
      passed: numPassedTests,
      failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0),
      skipped: numPendingTests,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
