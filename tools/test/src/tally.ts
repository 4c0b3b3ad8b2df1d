import { stripVTControlCharacters } from 'node:util'

/**
 * Adds up what the test runs say: the line `Tests  2 failed | 27 passed (29)` at the end of each vitest run.
 * A run that nx replays from its cache prints the same line, and counts.
 */
export function createTally() {
  let passed = 0
  let failed = 0
  let task = ''
  let failing = false
  const failures: string[] = []
  return {
    read(coloured: string): void {
      const line = stripVTControlCharacters(coloured).trimEnd()
      const counts = /^\s*Tests\s+(.+)\(\d+\)$/.exec(line)?.[1]
      if (counts !== undefined) {
        passed += count(counts, 'passed')
        failed += count(counts, 'failed')
      }
      task = /^> nx run (\S+)/.exec(line)?.[1] ?? task
      readFailure(line)
    },
    /** Something else than a test failed: lint, types, or a run that did not come to its tests. */
    fail: () => void (failed += 1),
    failed: () => failed,
    /** What vitest says of each failed test, project by project, and the names of the tasks that failed. */
    failures: () => failures.join('\n'),
    summary: () => `${passed} passed, ${failed} failed`,
  }

  function readFailure(line: string): void {
    if (/^⎯+ (Failed|Unhandled) /.test(line)) {
      failures.push(task)
      failing = true
    } else if (/^(\s*Test Files\s|> nx run )/.test(line)) failing = false
    if (failing || /^- \S+:(lint|typecheck|test|end-to-end)$/.test(line)) failures.push(line)
  }
}

const count = (counts: string, what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(counts)?.[1] ?? 0)
