import type { Ad } from '@ads-tracker/sdk'
import { useState } from 'preact/hooks'
import { createAd, updateAd } from '../data/api.ts'
import { type Failure, failureOf } from '../data/failure.ts'
import { navigate } from '../data/location.ts'
import { FailureNotice } from './failure-notice.tsx'
import { Field } from './field.tsx'
import { Notice } from './notice.tsx'

/** Creates an ad, or changes one. */
export function AdForm({ ad }: { ad?: Ad }) {
  const [values, setValues] = useState({
    name: ad?.name ?? '',
    campaign: ad?.campaign ?? '',
    advertiser: ad?.advertiser ?? '',
    image_url: ad?.image_url ?? '',
    target_url: ad?.target_url ?? '',
  })
  const [failure, setFailure] = useState<Failure>()
  const [state, setState] = useState<'editing' | 'saving' | 'saved'>('editing')
  const field = (name: keyof typeof values) => ({
    value: values[name],
    problem: failure?.fields[name],
    onInput: (value: string) => {
      setValues({ ...values, [name]: value })
      setState('editing')
    },
  })

  async function save(event?: Event) {
    event?.preventDefault()
    setState('saving')
    setFailure(undefined)
    try {
      const { image_url, target_url, ...texts } = values
      const named = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trim() || null]))
      const body = { ...named, image_url: image_url.trim(), target_url: target_url.trim() }
      if (!ad) return navigate(`/ad/${(await createAd(body)).id}?period=today`)
      await updateAd(ad.id, body)
      setState('saved')
    } catch (error) {
      setFailure(failureOf(error))
      setState('editing')
    }
  }

  return (
    <>
      {failure && <FailureNotice failure={failure} retry={() => void save()} />}
      <form class="card fields" onSubmit={(event) => void save(event)}>
        <Field label="Name" hint="For people; up to 200 characters." maxLength={200} {...field('name')} />
        <Field label="Advertiser" hint="Who pays for the ad." maxLength={200} {...field('advertiser')} />
        <Field label="Campaign" hint="A label that several ads can share." maxLength={200} {...field('campaign')} />
        <Field label="Image" hint="URL of the poster image of the video." isUrl required {...field('image_url')} />
        <Field label="Leads to" hint="URL that a click opens." isUrl required {...field('target_url')} />
        <div class="row">
          <button class="primary" disabled={state === 'saving'}>
            {state === 'saving' ? 'Saving…' : ad ? 'Save' : 'Create'}
          </button>
        </div>
        {state === 'saved' && <Notice>Saved.</Notice>}
      </form>
    </>
  )
}
