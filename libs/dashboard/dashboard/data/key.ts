const name = 'ads-tracker:api-key'
const changed = new EventTarget()

/** The API key of this tab. It ends with the tab: session storage is not shared and not kept. */
export const readKey = (): string => sessionStorage.getItem(name) ?? ''

export function storeKey(key: string): void {
  if (key) sessionStorage.setItem(name, key)
  else sessionStorage.removeItem(name)
  changed.dispatchEvent(new Event('change'))
}

/** Calls `listener` when another key is stored; returns how to end that. */
export function onKey(listener: () => void): () => void {
  changed.addEventListener('change', listener)
  return () => changed.removeEventListener('change', listener)
}

/** Resolves when another key is stored, or after so many milliseconds. */
export function nextKey(ms: number): Promise<unknown> {
  return new Promise((resolve) => {
    changed.addEventListener('change', resolve, { once: true })
    setTimeout(resolve, ms)
  })
}
