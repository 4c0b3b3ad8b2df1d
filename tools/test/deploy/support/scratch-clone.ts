import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { attempt, command } from './command.ts'

const nx = 'node_modules/nx/dist/bin/nx.js'
const hashes = join(import.meta.dirname, 'task-hashes.mjs')

/** A clone of the repository's last commit, with packages installed, in which anything may be changed. */
export async function scratchClone() {
  const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-clone-'))
  // a cache of its own: nx shares one between the clones of a machine
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_NO_CLOUD: 'true',
    NX_TUI: 'false',
    NX_CACHE_DIRECTORY: join(folder, '.nx/cache'),
  }
  const git = (...args: string[]) =>
    command('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], { cwd: folder })
  await command('git', ['clone', '-q', '--no-hardlinks', workspace, folder])
  await copyPackages(folder)
  return {
    folder,
    nx: (...args: string[]) => command(process.execPath, [join(folder, nx), ...args], { cwd: folder, env }),

    /** The projects that CI would look at after this change, and the tasks that it would run rather than take from its cache. */
    async afterChange(
      change: Record<string, (text: string) => string>,
    ): Promise<{ projects: string[]; tasks: string[] }> {
      const before = await taskHashes()
      for (const [file, edit] of Object.entries(change)) {
        const path = join(folder, file)
        await writeFile(path, edit(await readFile(path, 'utf8')))
      }
      await git('commit', '-q', '--all', '--message', 'change')
      try {
        const affected = await command(
          process.execPath,
          [join(folder, nx), 'show', 'projects', '--affected', '--base=HEAD~1', '--head=HEAD', '--json'],
          { cwd: folder, env },
        )
        const after = await taskHashes()
        return {
          projects: JSON.parse(affected).map(short).sort(),
          tasks: Object.keys(after)
            .filter((task) => after[task] !== before[task])
            .map(short)
            .sort(),
        }
      } finally {
        await git('reset', '-q', '--hard', 'HEAD~1')
      }
    },

    remove: () => rmSync(folder, { recursive: true, force: true }),
  }

  async function taskHashes(): Promise<Record<string, string>> {
    return JSON.parse(await command(process.execPath, [hashes, folder], { cwd: folder, env }))
  }
}

// Hard links where they are possible: the packages are large, and nobody writes into them.
async function copyPackages(folder: string): Promise<void> {
  const [from, to] = [join(workspace, 'node_modules'), join(folder, 'node_modules')]
  const { code } = await attempt('cp', ['-al', from, to])
  if (code !== 0) await command('sh', ['-c', 'rm -rf "$1" && cp -a "$0" "$1"', from, to])
}

const short = (name: string) => name.replace('@ads-tracker/', '')
