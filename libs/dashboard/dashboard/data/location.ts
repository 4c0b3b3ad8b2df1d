import { useEffect, useState } from 'preact/hooks'

const moved = new EventTarget()
const here = () => new URL(location.href)

/** Goes to a page of the dashboard without a full load. `replace` leaves no step for the back button. */
export function navigate(to: string, { replace = false } = {}): void {
  const url = new URL(to, location.href)
  if (url.href === location.href) return
  if (replace) history.replaceState(null, '', url)
  else history.pushState(null, '', url)
  moved.dispatchEvent(new Event('move'))
}

export function useLocation(): URL {
  const [url, setUrl] = useState(here)
  useEffect(() => {
    const update = () => setUrl(here())
    moved.addEventListener('move', update)
    addEventListener('popstate', update)
    return () => {
      moved.removeEventListener('move', update)
      removeEventListener('popstate', update)
    }
  }, [])
  return url
}
