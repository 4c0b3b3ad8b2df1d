import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'
import { startNode } from './node-process.ts'

interface Job {
  /** A job of tools/cli, or `pages` of libs/dashboard. */
  name: string
  args?: string[]
  env: Record<string, string>
}

/**
 * Runs a tool to its end; resolves with what it printed.
 * @throws Error with the end of its output when it fails
 */
export async function job(
  { children, log, cache }: Pick<Context, 'children' | 'log' | 'cache'>,
  { name, args = [], env }: Job,
): Promise<string> {
  const lines: string[] = []
  const running = startNode({
    script: name === 'pages' ? 'libs/dashboard/src/main.ts' : 'tools/cli/src/main.ts',
    args: name === 'pages' ? args : [name, ...args],
    env,
    log: log('jobs'),
    cache,
    onSpawn: (pid) => children.add(name, pid),
    onLine: (line) => lines.push(line),
  })
  await running.exited
  if (running.code() !== 0) throw new Error(`${name} ${running.ending()}:\n${lines.slice(-15).join('\n')}`)
  return lines.join('\n')
}

/** The API key of this folder, made the first time. */
export async function apiKey(context: Context, databaseUrl: string): Promise<string> {
  const file = join(context.settings.dir, 'api-key')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  const args = ['create', '--name', 'npm start', '--scopes', 'ads:write,analytics:read']
  const output = await job(
    { ...context, log: () => '/dev/null' },
    { name: 'api-keys', args, env: { DATABASE_URL: databaseUrl } },
  )
  const key = output.trim().split(/\s+/).at(-1) ?? ''
  mkdirSync(context.settings.dir, { recursive: true })
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  return key
}
