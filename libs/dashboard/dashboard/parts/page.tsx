import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface Props {
  title: string
  /** Beside the title. */
  aside?: ComponentChildren
  children: ComponentChildren
}

let isFirst = true

/** The content of a page. On the way from one page to another the focus goes to its title, as after a load. */
export function Page({ title, aside, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!isFirst) heading.current?.focus()
    isFirst = false
  }, [])
  useEffect(() => void (document.title = `${title} · Ads Tracker`), [title])
  return (
    <main id="page">
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </div>
      {children}
    </main>
  )
}
