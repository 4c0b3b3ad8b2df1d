import { useLive } from '../data/live.ts'
import { useLocation } from '../data/location.ts'
import { Link } from './link.tsx'

const pages = [
  ['/', 'Overview'],
  ['/event', 'Find an event'],
  ['/manage', 'Ads'],
  ['/system', 'Health'],
] as const

export function Header() {
  const { pathname, searchParams } = useLocation()
  // the period goes along from page to page
  const kept = new URLSearchParams([...searchParams].filter(([name]) => ['period', 'from', 'to', 'tz'].includes(name)))
  const query = kept.size > 0 ? `?${kept}` : ''
  const isOn = (path: string) =>
    path === '/' ? pathname === '/' || pathname.startsWith('/ad/') : `${pathname}/`.startsWith(`${path}/`)
  return (
    <header class="bar">
      <a class="skip" href="#page">
        Skip to the content
      </a>
      <Link class="brand" href={`/${query}`}>
        Ads Tracker
      </Link>
      <nav aria-label="Pages">
        {pages.map(([path, name]) => (
          <Link key={path} href={path + query} aria-current={isOn(path) ? 'page' : undefined}>
            {name}
          </Link>
        ))}
        <a href="/demo">Demo</a>
        <a href="/docs">API</a>
      </nav>
      <LiveMark />
    </header>
  )
}

function LiveMark() {
  const { state } = useLive()
  const words = {
    connecting: ['Connecting', 'The page is connecting to live numbers.'],
    live: ['Live', 'The numbers on this page change as events are counted.'],
    polling: ['Every 5 s', 'There is no live connection. The page reads the numbers every 5 seconds.'],
  } as const
  const [text, explanation] = words[state]
  return (
    <span class={`live-mark ${state}`} title={explanation}>
      {text}
    </span>
  )
}
