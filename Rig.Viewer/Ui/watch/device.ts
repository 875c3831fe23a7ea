// What this browser can do: asked once, before anything is loaded.

import type { Device, Rendition, RenditionSet } from "../model/choice.js";

interface Connection {
  readonly downlink?: number;
}

export function askDevice(): Device {
  const coarse = window.matchMedia("(pointer: coarse)").matches;
  const connection = (navigator as Navigator & { readonly connection?: Connection }).connection;
  return {
    isPhone: coarse && Math.min(window.screen.width, window.screen.height) < 600,
    maxTexture: maxTexture(),
    downlinkBps: connection?.downlink === undefined ? null : connection.downlink * 1e6,
  };
}

/** Names of the renditions that the browser decodes fast enough; where it does not know, those that it decodes at all. */
export async function askDecoders(set: RenditionSet): Promise<Set<string>> {
  const all = set.ladders.flatMap((ladder) => ladder.renditions);
  const answers = await Promise.all(all.map(async (one) => ((await decodes(one)) ? one.name : null)));
  return new Set(answers.filter((name): name is string => name !== null));
}

async function decodes(one: Rendition): Promise<boolean> {
  const contentType = `video/mp4; codecs="${one.codec_string}"`;
  try {
    const type = "MediaSource" in window ? "media-source" : "file";
    const video = { contentType, width: one.width, height: one.height, bitrate: one.peak_bits_per_second, framerate: one.frames_per_second || 30 };
    const info = await navigator.mediaCapabilities.decodingInfo({ type, video });
    // What does not go smoothly is left out only where something smaller is there instead.
    return info.supported && (info.smooth || one.width <= 1280);
  } catch {
    return document.createElement("video").canPlayType(contentType) !== "";
  }
}

function maxTexture(): number {
  const gl = document.createElement("canvas").getContext("webgl");
  const size: unknown = gl?.getParameter(gl.MAX_TEXTURE_SIZE);
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return typeof size === "number" ? size : 0;
}
