import { useState } from 'preact/hooks'
import { authorization, problemOf } from '../data/api.ts'
import { type Failure, failureOf } from '../data/failure.ts'
import { useKey } from '../data/use-key.ts'
import { FailureNotice } from './failure-notice.tsx'

interface Props {
  href: string
  file: string
  children: string
  /** True when the server requires a key for it. */
  needsKey?: boolean
}

/** A file of the API. A link cannot send a key: with one, the page fetches the file and hands it over. */
export function Download({ href, file, children, needsKey = false }: Props) {
  const key = useKey()
  const [failure, setFailure] = useState<Failure>()
  const [isBusy, setBusy] = useState(false)
  if (!key && !needsKey)
    return (
      <a class="button" href={href} download={file}>
        {children}
      </a>
    )
  const save = () => {
    setBusy(true)
    setFailure(undefined)
    fetchFile(href, file)
      .catch((error: unknown) => setFailure(failureOf(error)))
      .finally(() => setBusy(false))
  }
  return (
    <>
      <button type="button" onClick={save} disabled={isBusy}>
        {isBusy ? 'Fetching…' : children}
      </button>
      {failure && <FailureNotice failure={failure} retry={save} />}
    </>
  )
}

async function fetchFile(href: string, file: string) {
  const response = await fetch(href, { headers: authorization() })
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => undefined))
  const url = URL.createObjectURL(await response.blob())
  Object.assign(document.createElement('a'), { href: url, download: file }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
