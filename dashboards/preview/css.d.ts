/** Style sheets are imported for esbuild, which makes one file of them. */
declare module '*.css'
