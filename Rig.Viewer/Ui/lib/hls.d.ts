// The build lays hls.js of node_modules beside the pages as /lib/hls.js; here is what it looks like.
export { default } from "hls.js";
export type { Level } from "hls.js";
