import type { Browser } from 'playwright-core'

/** Milliseconds since the navigation began. */
export interface Times {
  /** The HTML has arrived. */
  html: number
  /** The scripts without which there are no numbers have arrived. */
  scripts: number
  asked: number
  answered: number
  /** The first number is painted. */
  shown: number
  /** The slowest quarter of the loads has it later. */
  quarter: number
}

/** Loads a page in a new window with nothing cached, until its first number is painted. */
export async function timesOf(browser: Browser, url: string): Promise<Times> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'UTC' })
  await context.addInitScript(markFirstNumber)
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction(() => performance.getEntriesByName('shown').length > 0, undefined, { polling: 100 })
  const times = await page.evaluate(readTimes)
  await context.close()
  return times
}

export function median(times: Times[]): Times {
  const at = (part: number) => (name: keyof Times) =>
    times.map((each) => each[name]).sort((a, b) => a - b)[Math.floor(times.length * part)]!
  const middle = at(1 / 2)
  const [html, scripts, asked, answered, shown] = (['html', 'scripts', 'asked', 'answered', 'shown'] as const).map(
    (name) => Math.round(middle(name)),
  )
  return {
    html: html!,
    scripts: scripts!,
    asked: asked!,
    answered: answered!,
    shown: shown!,
    quarter: Math.round(at(3 / 4)('shown')),
  }
}

// Element Timing tells when the frame with the number was presented; a task after the frame may wait for other work of the page.
function markFirstNumber() {
  const timing = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) performance.mark('shown', { startTime })
    timing.disconnect()
  })
  timing.observe({ type: 'element', buffered: true })
  const observer = new MutationObserver(() => {
    const value = document.querySelector('.tile .value')
    if (!/\d/.test(value?.textContent ?? '')) return
    observer.disconnect()
    for (const block of [value, value?.parentElement]) block?.setAttribute('elementtiming', 'first number')
  })
  observer.observe(document, { childList: true, characterData: true, subtree: true })
}

function readTimes(): Times {
  const [html] = performance.getEntriesByType('navigation')
  const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  const shown = performance.getEntriesByName('shown')[0]!.startTime
  const data = files.find(({ name }) => new URL(name).pathname === '/ads/analytics')!
  const scripts = files.filter(
    ({ name, startTime }) => name.endsWith('.js') && startTime < shown && !name.includes('chart'),
  )
  return {
    html: (html as PerformanceNavigationTiming).responseEnd,
    scripts: Math.max(...scripts.map(({ responseEnd }) => responseEnd)),
    asked: data.startTime,
    answered: data.responseEnd,
    shown,
    quarter: shown,
  }
}
