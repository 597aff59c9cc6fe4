/** The place in its source that a line names: the file speaks for the part that wrote it, where nothing better does. */

/** A file with its line: etcdserver/server.go:744, main.go:351, C:\\… is none. Longer ones are no labels. */
const PLACE = /^([A-Za-z_][\w./@+-]{0,99}\.[A-Za-z]{1,5}):\d{1,6}$/

/** The file of `file.ext:123`; undefined for anything else. */
export function placeOf(text: string): string | undefined {
  return PLACE.exec(text)?.[1]
}
