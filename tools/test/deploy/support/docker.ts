import { cp, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { attempt, command } from './command.ts'

export interface Engine {
  stop(): Promise<void>
}

const { OFFLINE_IMAGES: standIns } = process.env

/** Whether there is a Docker engine, or the means to start one for a while. */
export async function dockerIsPossible(): Promise<boolean> {
  if (await answers()) return true
  return standIns !== undefined && process.getuid?.() === 0 && existsSync(join(standIns, 'engine'))
}

/** The engine that answers, else one with stand-ins for the base images that ends with `stop`. */
export async function startEngine(): Promise<Engine> {
  if (await answers()) return { stop: async () => {} }
  if (standIns === undefined) throw new Error('there is no Docker engine: start one, or set OFFLINE_IMAGES')
  // A copy, because what is read-only here would be read-only inside of the images.
  const folder = await mkdtemp(join(tmpdir(), 'ads-tracker-engine-'))
  await cp(standIns, folder, { recursive: true })
  await command('chmod', ['-R', 'u+w', folder])
  await command(join(folder, 'engine'), ['start'])
  await command(join(folder, 'base-images'), [])
  // one that was made from the read-only original cannot write its own configuration
  const { code } = await attempt('docker', [
    'run',
    '--rm',
    '--entrypoint',
    'test',
    'apache/kafka:4.1.1',
    '-w',
    '/opt/kafka/config/server.properties',
  ])
  if (code !== 0) await command(join(folder, 'base-images'), ['--force', 'kafka'])
  return {
    async stop() {
      await command(join(folder, 'engine'), ['stop'])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answers(): Promise<boolean> {
  const { code } = await attempt('docker', ['version', '--format', '{{.Server.Version}}'])
  return code === 0
}

/** `docker compose` on the repository's file, as a project of its own so that a running system is left alone. */
export function createCompose(project: string, env: Record<string, string>) {
  const compose = (...args: string[]) =>
    command('docker', ['compose', '-p', project, ...args], { cwd: workspace, env: { ...process.env, ...env } })
  return {
    compose,
    docker: (...args: string[]) => command('docker', args),
    containerOf: async (service: string) => (await compose('ps', '-aq', service)).trim(),
    logs: (...services: string[]) => compose('logs', '--no-color', '--tail', '15', ...services),
  }
}
