import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Content that is made after the frame in which it appears, so that what is above it is seen earlier. */
export function Later({ children }: { children: ComponentChildren }) {
  const [isTime, setTime] = useState(false)
  // an effect runs when its frame is painted
  useEffect(() => setTime(true), [])
  return isTime ? <>{children}</> : null
}
