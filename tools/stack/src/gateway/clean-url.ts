/**
 * The URL of a request as every server behind the gateway will understand it: without `.` and `..` segments, which would
 * lead around the routes, and without the origin that a proxy request carries.
 */
export function cleanUrl(url: string): string {
  const absolute = url.startsWith('/') ? `http://gateway${url}` : url
  if (!URL.canParse(absolute)) return '/'
  const { pathname, search } = new URL(absolute)
  return pathname + search
}
