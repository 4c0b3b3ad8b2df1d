import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workspace } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSystem } from '../support/start-system.ts'

const version = '4.32.5'
const folder = join(workspace, `node_modules/.cache/schemathesis-${version}`)
const config = fileURLToPath(new URL('schemathesis.toml', import.meta.url))

// It archives whatever ad it finds, so it has a system to itself.
let system: Awaited<ReturnType<typeof startSystem>>
beforeAll(async () => void (system = await startSystem()))
afterAll(() => system?.end())

it('Schemathesis finds nothing in the started system that the document does not say', { timeout: 10 * 60_000 }, () => {
  const options = ['--config-file', config, '--no-color', 'run', `${system.origin}/openapi.json`]
  const { stdout, status } = spawnSync(install(), [...options, '-H', `Authorization: Bearer ${system.apiKey}`], {
    cwd: tmpdir(),
    encoding: 'utf8',
    timeout: 5 * 60_000,
    maxBuffer: Infinity,
    env: { ...process.env, NO_PROXY: '127.0.0.1' },
  })
  const lines = stdout.split('\n').map((line) => line.slice(0, 300))
  expect(status, lines.slice(-80).join('\n')).toBe(0)
  // not `No issues found`: what the schema cannot say, such as `from` without `minutes`, makes a warning when it is refused often
  expect(stdout).toMatch(/(\d+) generated, \1 passed/)
  console.log(lines.filter((line) => /generated|Operations:/.test(line)).join('\n'))
})

/** Schemathesis in a Python environment of its own, made once. */
function install(): string {
  const st = join(folder, 'bin/st')
  if (existsSync(st)) return st
  if (spawnSync('python3', ['-m', 'venv', '--clear', folder]).status !== 0) {
    execFileSync('apt-get', ['install', '-y', '-q', 'python3-venv'], { stdio: ['ignore', 'ignore', 'inherit'] })
    execFileSync('python3', ['-m', 'venv', '--clear', folder])
  }
  execFileSync(join(folder, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', `schemathesis==${version}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return st
}
