interface Props {
  id: number
  title: string
  /** Shown when it is of this origin: the dashboard asks no other one for anything. */
  image?: string | undefined
}

const colors = 8

export function Thumbnail({ id, title, image }: Props) {
  const isOwn =
    image !== undefined &&
    URL.canParse(image, location.href) &&
    new URL(image, location.href).origin === location.origin
  if (isOwn) return <img class="thumbnail" src={image} alt="" loading="lazy" width={40} height={24} />
  return (
    <span class={`thumbnail color-${id % colors}`} aria-hidden="true">
      {initialsOf(title)}
    </span>
  )
}

function initialsOf(title: string): string {
  const words = title.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  return words
    .slice(0, 2)
    .map((word) => [...word][0]!.toUpperCase())
    .join('')
}
