import { attempt, command } from './command.ts'

/** Makes sure that a program is there, by Debian's package when it is not. @throws with what to install */
export async function ensureProgram(program: string, debianPackage: string): Promise<void> {
  if (await isThere(program)) return
  if (process.getuid?.() === 0 && (await isThere('apt-get'))) {
    console.log(`installing ${debianPackage}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await attempt('apt-get', ['-qq', 'update'], { env })
    await command('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', debianPackage], { env })
  }
  if (!(await isThere(program)))
    throw new Error(`${program} was not found: install it, for example with apt-get install ${debianPackage}`)
}

async function isThere(program: string): Promise<boolean> {
  const { code } = await attempt('sh', ['-c', `command -v ${program}`])
  return code === 0
}
