import type { ComponentChildren } from 'preact'
import { navigate } from '../data/location.ts'

interface Props {
  href: string
  /** Leaves no step for the back button. */
  replace?: boolean
  class?: string
  title?: string
  'aria-current'?: 'page' | 'true' | undefined
  'aria-label'?: string
  children: ComponentChildren
}

/** A link within the dashboard. A click with a modifier key is left to the browser, which opens a tab. */
export function Link({ href, replace, children, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(href, { replace })
  }
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  )
}
