import type { ComponentChildren } from 'preact'

/** A sentence about the state of the page, which screen readers announce. */
export function Notice({ kind = 'info', children }: { kind?: 'info' | 'problem'; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role="status">
      {children}
    </div>
  )
}
