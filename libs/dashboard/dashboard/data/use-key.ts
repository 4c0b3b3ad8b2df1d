import { useEffect, useState } from 'preact/hooks'
import { onKey, readKey } from './key.ts'

export function useKey(): string {
  const [key, setKey] = useState(readKey)
  useEffect(() => onKey(() => setKey(readKey())), [])
  return key
}
