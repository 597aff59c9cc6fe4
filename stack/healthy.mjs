// Health check of a container without curl: exit code 0 when the URL answers 2xx within three seconds.
const LIMIT_MS = 3000
const { ok } = await fetch(process.argv[2], { signal: AbortSignal.timeout(LIMIT_MS) }).catch(() => ({ ok: false }))
process.exit(ok ? 0 : 1)
