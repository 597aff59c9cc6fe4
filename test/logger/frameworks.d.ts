/** Express and Koa ship no types, and tests of middleware need none. */
declare module 'express'
declare module 'koa'
