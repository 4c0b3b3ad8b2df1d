import type { Ad } from '@ads-tracker/sdk'
import { readAd } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { titleOf } from '../data/rows.ts'
import { useKey } from '../data/use-key.ts'
import { AdForm } from '../parts/ad-form.tsx'
import { ArchiveAd } from '../parts/archive-ad.tsx'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { KeyForm } from '../parts/key-form.tsx'
import { Link } from '../parts/link.tsx'
import { Loading } from '../parts/loading.tsx'
import { Page } from '../parts/page.tsx'
import { NotFound } from './not-found.tsx'

export function NewAd() {
  return (
    <Page title="Create an ad">
      <Back />
      <WithKey>
        <AdForm />
      </WithKey>
    </Page>
  )
}

export function EditAd({ id }: { id: number }) {
  const { value, failure, retry } = useResource(`ad ${id}`, (signal) => readAd(id, signal))
  if (failure?.kind === 'not-found') return <NotFound text={`Ad ${id} does not exist or is archived.`} />
  return (
    <Page title={value ? `Edit ${titleOf({ ...value, ad_id: id })}` : 'Edit an ad'}>
      <Back />
      {failure && <FailureNotice failure={failure} retry={retry} />}
      {value ? <Editor ad={value} /> : !failure && <Loading />}
    </Page>
  )
}

function Editor({ ad }: { ad: Ad }) {
  return (
    <WithKey>
      <AdForm ad={ad} />
      <ArchiveAd ad={ad} />
    </WithKey>
  )
}

function WithKey({ children }: { children: preact.ComponentChildren }) {
  return useKey() ? <>{children}</> : <KeyForm />
}

function Back() {
  return (
    <p class="crumbs">
      <Link href="/manage">← Ads</Link>
    </p>
  )
}
