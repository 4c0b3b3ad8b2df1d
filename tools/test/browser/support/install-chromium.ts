import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The Chromium of this machine: `CHROMIUM`, or one in its usual place. */
export function findChromium(): string | undefined {
  return [process.env.CHROMIUM ?? '', ...places].find((place) => place !== '' && existsSync(place))
}

/**
 * Installs Debian's Chromium when there is none.
 * @throws when that cannot be, with what to do
 */
export function installChromium(): void {
  if (findChromium()) return
  console.log('installing chromium')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]) =>
    execFileSync('apt-get', [...args, '-q'], { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 10 * 60_000 })
  try {
    apt('update')
    apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core')
  } catch (error) {
    throw new Error('There is no Chromium, and apt-get could not install it: install one, or name it in CHROMIUM', {
      cause: error,
    })
  }
}
