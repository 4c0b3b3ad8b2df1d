import { type Browser, chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, onTestFinished } from 'vitest'
import { findChromium } from './install-chromium.ts'

const args = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
]

let launched: Promise<Browser> | undefined
afterAll(async () => (await launched)?.close())

/** A window of a real Chromium as new: nothing stored, nothing cached. The tests of a file share the browser; a window is closed with its test. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  launched ??= chromium.launch({ executablePath: findChromium(), headless: true, args })
  const context = await (await launched).newContext({ viewport: { width: 1280, height: 900 }, ...options })
  onTestFinished(() => context.close())
  return context
}

/** A page in a window of its own, what goes wrong on it, and of that the errors that nobody caught. */
export async function openPage(options: BrowserContextOptions = {}) {
  const browser = await openBrowser(options)
  const page = await browser.newPage()
  const uncaught: string[] = []
  page.on('pageerror', (error) => uncaught.push(error.message))
  return { browser, page, errors: watchErrors(page), uncaught }
}

/** What went wrong on a page: errors that nobody caught, and those in its console. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  return errors
}
