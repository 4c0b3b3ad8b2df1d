import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { processCommand } from '@ads-tracker/local-servers'
import type { Port } from './settings.ts'

/**
 * Checks that these ports of 127.0.0.1 are free.
 * @throws Error that names each taken port, its variable and, where it can be known, who holds it
 */
export async function assertFree(ports: Port[]): Promise<void> {
  const twice = ports.filter(({ port }, index) => ports.findIndex((other) => other.port === port) !== index)
  const what = ({ port, name, variable }: Port) => `port ${port} of ${name} (${variable})`
  const problems = twice.map((one) => `${what(one)} is used twice: set ${one.variable} to another port`)
  for (const one of ports) {
    const code = await listenError(one.port)
    const other = `set ${one.variable.split(',')[0]} to another port`
    if (code === 'EADDRINUSE') problems.push(`${what(one)} is taken${heldBy(one.port)}: stop that, or ${other}`)
    else if (code) problems.push(`${what(one)} cannot be used (${code}): ${other}`)
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

function listenError(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)))
  })
}

function heldBy(port: number): string {
  const pid = process.platform === 'linux' ? holderByProc(port) : holderByLsof(port)
  if (!pid) return ''
  const command = processCommand(pid) ?? ''
  return ` by process ${pid} (${command.length > 100 ? `${command.slice(0, 99)}…` : command})`
}

function holderByLsof(port: number): number | undefined {
  const { stdout } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'], { encoding: 'utf8' })
  return Number(stdout?.split('\n')[0]) || undefined
}

// /proc/net/tcp has the inode of each listening socket, /proc/PID/fd who has it open; others' only root may see.
function holderByProc(port: number): number | undefined {
  const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => inodes(table, port)).map((inode) => `socket:[${inode}]`))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => links(pid).some((link) => sockets.has(link)))
}

function inodes(table: string, port: number): string[] {
  const listening = '0A'
  const [, ...lines] = quietly(() => readFileSync(`/proc/net/${table}`, 'utf8'), '').split('\n')
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && parseInt(fields[1]?.split(':')[1] ?? '', 16) === port)
    .map((fields) => fields[9] ?? '')
}

function links(pid: number): string[] {
  return quietly(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
    quietly(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
  )
}

function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
