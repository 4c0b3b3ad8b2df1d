import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'

/** Prettier over the files of `folder`; resolves with whether all are formatted. It names those that are not. */
export function checkFormat(folder: string): Promise<boolean> {
  const prettier = join(workspace, 'node_modules/prettier/bin/prettier.cjs')
  const child = spawn(process.execPath, [prettier, '--check', '.', '--log-level=warn'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => child.once('close', (code) => resolve(code === 0)))
}
