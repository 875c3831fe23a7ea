// Draws the virtual camera's picture with WebGL: for each pixel of the screen the ray, where it meets the cylinder, and the
// panorama's colour there. The formulas are those of model/camera.ts.

import type { Panorama, View } from "../model/camera.js";

const VERTEX = `
attribute vec2 corner;
varying vec2 point;
void main() {
  point = vec2(corner.x, -corner.y);
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

const FRAGMENT = `
precision highp float;
varying vec2 point;
uniform sampler2D picture;
uniform vec2 size;
uniform vec3 cylinder;
uniform vec4 view;
uniform bool whole;
void main() {
  vec2 at;
  if (whole) {
    at = (point + 1.0) / 2.0;
  } else {
    float x = point.x * view.z;
    float y = point.y * view.w;
    float down = y * cos(view.y) + sin(view.y);
    float ahead = cos(view.y) - y * sin(view.y);
    float yaw = view.x + atan(x, ahead);
    at = vec2(cylinder.y + cylinder.x * yaw, cylinder.z + cylinder.x * down / length(vec2(x, ahead)));
    at = (at + 0.5) / size;
  }
  vec2 inside = step(vec2(0.0), at) * step(at, vec2(1.0));
  vec3 colour = texture2D(picture, at).rgb;
  gl_FragColor = vec4(mix(vec3(0.043, 0.063, 0.051), colour, inside.x * inside.y), 1.0);
}`;

export class Renderer {
  private readonly gl: WebGLRenderingContext;
  private readonly uniforms: Readonly<Record<"size" | "cylinder" | "view" | "whole", WebGLUniformLocation | null>>;
  private hasPicture = false;

  private constructor(gl: WebGLRenderingContext, program: WebGLProgram) {
    this.gl = gl;
    this.uniforms = {
      size: gl.getUniformLocation(program, "size"),
      cylinder: gl.getUniformLocation(program, "cylinder"),
      view: gl.getUniformLocation(program, "view"),
      whole: gl.getUniformLocation(program, "whole"),
    };
  }

  /**
   * Null where this device has no WebGL, or none that takes a picture this wide.
   * @param textureWidth Of the video, which may be a smaller rendition of the panorama.
   */
  static create(canvas: HTMLCanvasElement, panorama: Panorama, textureWidth: number): Renderer | null {
    const gl = canvas.getContext("webgl", { alpha: false, antialias: false, depth: false, powerPreference: "high-performance" });
    if (gl === null || gl.getParameter(gl.MAX_TEXTURE_SIZE) < textureWidth) {
      return null;
    }

    const program = link(gl);
    if (program === null) {
      return null;
    }

    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    const corner = gl.getAttribLocation(program, "corner");
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    // A video's size is no power of two: WebGL 1 takes it without repeat and without mipmaps.
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    const renderer = new Renderer(gl, program);
    gl.uniform2f(renderer.uniforms.size, panorama.width, panorama.height);
    gl.uniform3f(renderer.uniforms.cylinder, panorama.focal_px, panorama.center_column, panorama.horizon_row);
    return renderer;
  }

  /** Takes the video's present frame. */
  upload(video: HTMLVideoElement): void {
    const { gl } = this;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, video);
    this.hasPicture = true;
  }

  /** @returns False while there is no picture to draw. */
  draw(view: View, aspect: number, whole: boolean): boolean {
    if (!this.hasPicture) {
      return false;
    }

    const { gl, uniforms } = this;
    const wide = Math.tan(view.fov / 2);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.uniform4f(uniforms.view, view.yaw, view.pitch, wide, wide / aspect);
    gl.uniform1i(uniforms.whole, whole ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    return true;
  }
}

function link(gl: WebGLRenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) {
      return null;
    }

    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }

  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : null;
}
