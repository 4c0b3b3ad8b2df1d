import { spawnSync } from 'node:child_process'

/** Size of the newest image of an app on this machine; undefined when there is none, or no Docker to ask. */
export function imageBytes(app: string): number | undefined {
  const [newest] = ask('image', 'ls', '--quiet', `ads-tracker/${app}`).split('\n')
  return newest ? Number(ask('image', 'inspect', '--format', '{{.Size}}', newest)) : undefined
}

function ask(...args: string[]): string {
  const { status, stdout } = spawnSync('docker', args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
