import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import postgres from 'postgres'
import { Fatal, retryFor } from './deadline.ts'
import { ownedFolder, postgresBinaries, postgresDataDir, postgresUser, type PostgresUser } from './postgres-binaries.ts'
import { processCommand } from './process-identity.ts'
import { spawnServer, type ServerProcess } from './server-process.ts'

interface PostgresOptions {
  /** Data and log live here; made when missing. As root below a folder closed to others, the data goes elsewhere. */
  dir: string
  port: number
  log?: string
  /** More settings, such as `{ max_connections: '200' }`. */
  settings?: Record<string, string>
  /** End the server, and remove its folder, when this process ends. */
  endsWithParent?: boolean
  /** Hears what the user should know. */
  say?: (message: string) => void
  onSpawn?: (pid: number) => void
}

export interface Server {
  pid: number
  /** Resolves when it is gone, whatever the reason. */
  exited: Promise<void>
  /** Graceful for at most `patience` ms (default 8000), then by force. */
  stop(patience?: number): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

export interface PostgresServer extends Server {
  /** Of the owner `ads` of the database `ads`. */
  url: string
}

/** Starts a PostgreSQL 18 of our own on 127.0.0.1; resolves when the database `ads` answers. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { dir, port, say = () => {}, log = join(dir, 'postgres.log') } = options
  mkdirSync(dirname(log), { recursive: true })
  const user = postgresUser(say)
  const native = postgresBinaries(user, say)
  const home = postgresDataDir(dir, user)
  if (home !== dir) say(`the user \`postgres\` cannot enter ${dirname(dir)}: the data is in ${home}`)
  ownedFolder(home, user)
  const data = join(home, 'data')
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(native, data, user)
  const server = await retryFor(15_000, () => launch({ ...options, log }, native, data, user))
  const url = `postgres://ads:ads@127.0.0.1:${port}/ads`
  const stop = (patience?: number) => server.stop('SIGINT', { patience, insist: 'SIGQUIT' })
  return { url, pid: server.pid, exited: server.exited, stop, kill: server.kill }
}

/** Removes all data of the server of `dir`, which must not run. */
export function removePostgresData(dir: string): void {
  const user = process.getuid?.() === 0 ? postgresUser(() => {}) : undefined
  for (const folder of [postgresDataDir(dir, user), dir]) rmSync(folder, { recursive: true, force: true })
}

function initialise(native: string, data: string, user: PostgresUser): void {
  // A cluster that was interrupted half way has no PG_VERSION yet, but files that initdb would refuse.
  rmSync(data, { recursive: true, force: true })
  ownedFolder(data, user)
  const secret = `${data}.password`
  writeFileSync(secret, 'ads', { mode: 0o644 })
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  const args = ['-D', data, '-U', 'ads', `--pwfile=${secret}`, '-A', 'scram-sha-256', '-E', 'UTF8', ...locale]
  const result = spawnSync(join(native, 'bin/initdb'), args, { ...user, ...place(), encoding: 'utf8' })
  rmSync(secret, { force: true })
  if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`)
}

const place = () => ({ cwd: '/', env: { PATH: process.env.PATH, TZ: 'UTC' } })

async function launch(
  options: PostgresOptions & { log: string },
  native: string,
  data: string,
  user: PostgresUser,
): Promise<ServerProcess> {
  forgetReusedPid(data)
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.settings,
  }
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const server = await spawnServer(join(native, 'bin/postgres'), args, {
    log: options.log,
    user,
    ...place(),
    onSpawn: options.onSpawn,
    endWithParent: options.endsWithParent ? { signal: 'SIGQUIT', remove: [options.dir, dirname(data)] } : undefined,
  })
  try {
    await retryFor(30_000, () => answers(server, options.port))
    return server
  } catch (error) {
    await server.kill()
    // After kill -9 of a postmaster its children need a moment to leave the shared memory.
    throw /shared memory block|lock file "postmaster.pid"/.test(server.lastWords()) ? error : new Fatal(error as Error)
  }
}

async function answers(server: ServerProcess, port: number): Promise<void> {
  if (!server.running()) throw new Fatal(new Error(`PostgreSQL did not start:\n${server.lastWords()}`))
  const options = { max: 1, connect_timeout: 5, onnotice: () => {} }
  const sql = postgres(`postgres://ads:ads@127.0.0.1:${port}/postgres`, options)
  try {
    const [found] = await sql`select 1 from pg_database where datname = 'ads'`
    if (!found) await sql`create database ads`
  } finally {
    await sql.end({ timeout: 0 })
  }
}

// A postmaster.pid left by kill -9 may by now name a stranger's process, for which PostgreSQL would refuse to start.
function forgetReusedPid(data: string): void {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = readFileSync(file, 'utf8').split('\n')[0] ?? ''
  if (!processCommand(Number(pid))?.includes('postgres')) rmSync(file)
}
