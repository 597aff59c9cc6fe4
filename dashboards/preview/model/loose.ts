/** JSON that others wrote: read with defaults, part by part; what is not as expected is left out, or fails in its panel alone. */

// biome-ignore lint/suspicious/noExplicitAny: each panel type and transformation has options of its own, in all versions.
export type Loose = any
