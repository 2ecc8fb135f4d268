/** Runs models that `hodu build -f wasm` made, in browsers, Node and others; needs nothing else.
 *
 *     const model = await loadModel(bytes);
 *     const { logits } = model.run({ image: new Float32Array(64) });  // logits.data, logits.shape
 */

const ABI = 2;
const ALIGNMENT = 64;
const INSTANCE = { arena: 0, shapes: 16, error: 32, bytes: 72 }; // hodu_instance of hodu.h
const MODEL = { abi: 0, name: 4, inputs: [12, 28], outputs: [16, 32], sites: [24, 40], arena: 44 };
const TENSOR = { name: 0, dtype: 4, rank: 8, shape: 12, bytes: 16, dynamic: 24, updated: 28 };
const TENSOR_BYTES = 32;
// By the numbers of ONNX; where JavaScript has no such numbers, arrays hold their bits.
const DTYPES = {
  1: ["f32", Float32Array], 2: ["u8", Uint8Array], 3: ["i8", Int8Array],
  4: ["u16", Uint16Array], 5: ["i16", Int16Array], 6: ["i32", Int32Array],
  7: ["i64", BigInt64Array], 9: ["bool", Uint8Array], 10: ["f16", Uint16Array],
  11: ["f64", Float64Array], 12: ["u32", Uint32Array], 13: ["u64", BigUint64Array],
  16: ["bf16", Uint16Array], 17: ["f8e4m3", Uint8Array], 19: ["f8e5m2", Uint8Array],
};

/** A model from the bytes of its .wasm file, or from a WebAssembly.Module of them.
 * @param {BufferSource | WebAssembly.Module} source
 * @returns {Promise<Model>}
 */
export async function loadModel(source) {
  const made = await WebAssembly.instantiate(source, {});
  const { exports } = made instanceof WebAssembly.Instance ? made : made.instance;
  if (!exports.hodu_info) throw new Error("this WebAssembly module is not a model of hodu build");
  return new Model(exports);
}

/** @typedef {{name: string, dtype: string, shape: number[]}} TensorInfo */
/** @typedef {{data: ArrayBufferView, shape: number[]}} Tensor */

class Model {
  #exports;
  #memory;
  #sites;
  #instance;
  #places; // where the pointers to inputs and outputs lie, and the sizes of outputs

  constructor(exports) {
    this.#exports = exports;
    this.#memory = exports.memory;
    const info = exports.hodu_info();
    const abi = this.#u32(info + MODEL.abi);
    if (abi !== ABI) throw new Error(`the model is of version ${abi}, this loader of ${ABI}`);
    this.name = this.#text(this.#u32(info + MODEL.name));
    /** @type {TensorInfo[]} */
    this.inputs = this.#tensors(info, MODEL.inputs);
    /** @type {TensorInfo[]} */
    this.outputs = this.#tensors(info, MODEL.outputs);
    this.#sites = this.#list(info, MODEL.sites, (at) => this.#text(this.#u32(at)), 4);
    this.#prepare(this.#u32(info + MODEL.arena));
  }

  /** Runs the model once.
   * @param {Object<string, ArrayBufferView | Tensor>} inputs by name: arrays of the input's type,
   *   alone, in row-major order, or with their shape
   * @returns {Object<string, Tensor>} outputs by name, in memory of their own
   */
  run(inputs) {
    const unknown = Object.keys(inputs).filter((n) => !this.inputs.some((i) => i.name === n));
    if (unknown.length) throw new TypeError(`${this.name} has no input ${unknown.join(", ")}`);
    const given = this.inputs.map((info) => checked(info, inputs[info.name]));
    given.forEach((data, i) => this.#view(this.inputs[i]).set(data));
    const { inputs: from, outputs: to } = this.#places;
    const status = this.#exports.hodu_execute(this.#instance, from, to);
    if (status) throw this.#error(status);
    given.forEach((data, i) => this.inputs[i].updated && data.set(this.#view(this.inputs[i])));
    return Object.fromEntries(this.outputs.map((info) => [info.name, this.#result(info)]));
  }

  /** Lays out, behind what the module itself has, the arena, all tensors and an instance. */
  #prepare(arenaBytes) {
    let end = this.#exports.__heap_base.value;
    const take = (bytes) => {
      const start = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      end = start + bytes;
      return start;
    };
    const all = [...this.inputs, ...this.outputs];
    const arena = take(arenaBytes);
    for (const info of all) info.at = take(info.bytes);
    this.#instance = take(INSTANCE.bytes);
    this.#places = { inputs: take(4 * all.length + 4), outputs: 0, shapes: 0 };
    this.#places.outputs = this.#places.inputs + 4 * this.inputs.length;
    this.#places.shapes = take(8 * this.outputs.reduce((n, o) => n + o.shape.length, 1));
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65536));
    const memory = new DataView(this.#memory.buffer);
    all.forEach((info, i) => memory.setUint32(this.#places.inputs + 4 * i, info.at, true));
    const status = this.#exports.hodu_init(this.#instance, arena, 0);
    if (status) throw this.#error(status);
    memory.setUint32(this.#instance + INSTANCE.shapes, this.#places.shapes, true);
  }

  #result(info) {
    const shape = info.dynamic ? this.#sizes(info) : [...info.shape];
    return { data: this.#view(info).slice(0, count(shape)), shape };
  }

  /** The sizes that the last run gave an output. */
  #sizes(info) {
    const before = this.outputs.slice(0, this.outputs.indexOf(info));
    const start = this.#places.shapes + 8 * before.reduce((n, o) => n + o.shape.length, 0);
    return this.#integers(start, info.shape.length);
  }

  #view(info) {
    return new info.Array(this.#memory.buffer, info.at, count(info.shape));
  }

  #error(status) {
    const memory = new DataView(this.#memory.buffer);
    const at = this.#instance + INSTANCE.error;
    const site = this.#sites[memory.getInt32(at + 4, true)];
    if (!site || status > 4) return new Error(`${this.name} failed with status ${status}`);
    const values = [0, 1, 2, 3].map((i) => memory.getBigInt64(at + 8 + 8 * i, true));
    const [message, hint, place] = site
      .replace(/\{([0-3])\}/g, (_, i) => values[i])
      .split("\x1f");
    return new RangeError(
      message + (hint ? `\n  help: ${hint}` : "") + (place ? `\n  at: ${place}` : ""),
    );
  }

  #u32(at) {
    return new DataView(this.#memory.buffer).getUint32(at, true);
  }

  #integers(at, length) {
    return Array.from(new BigInt64Array(this.#memory.buffer, at, length), Number);
  }

  #text(at) {
    const bytes = new Uint8Array(this.#memory.buffer, at);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }

  #list(info, [length, start], read, step) {
    const first = this.#u32(info + start);
    return Array.from({ length: this.#u32(info + length) }, (_, i) => read(first + step * i));
  }

  #tensors(info, place) {
    return this.#list(info, place, (at) => {
      const [dtype, ArrayType] = DTYPES[this.#u32(at + TENSOR.dtype)];
      return {
        name: this.#text(this.#u32(at + TENSOR.name)),
        dtype,
        shape: this.#integers(this.#u32(at + TENSOR.shape), this.#u32(at + TENSOR.rank)),
        Array: ArrayType,
        bytes: this.#u32(at + TENSOR.bytes),
        dynamic: this.#u32(at + TENSOR.dynamic) !== 0,
        updated: this.#u32(at + TENSOR.updated) !== 0,
      };
    }, TENSOR_BYTES);
  }
}

const count = (shape) => shape.reduce((product, size) => product * size, 1);

/** The array of an input; throws a TypeError or RangeError that says what the model takes. */
function checked(info, given) {
  const wanted = `${info.dtype}[${info.shape.join(", ")}]`;
  const fail = (Kind, what) => {
    throw new Kind(`input '${info.name}' ${what}; the model takes ${wanted}`);
  };
  if (given === undefined || given === null) fail(TypeError, "is missing");
  const { data, shape } = ArrayBuffer.isView(given) ? { data: given } : given;
  if (!(data instanceof info.Array))
    fail(TypeError, `is not a ${info.Array.name} but ${data?.constructor?.name}`);
  if (shape && (shape.length !== info.shape.length || shape.some((n, i) => n !== info.shape[i])))
    fail(RangeError, `has shape [${[...shape].join(", ")}]`);
  if (data.length !== count(info.shape)) fail(RangeError, `has ${data.length} elements`);
  return data;
}
