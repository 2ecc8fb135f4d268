// Runs model.wasm once: inputs are the bytes of in0, in1, ..., results those of out0, out1, ...
import { readFileSync, writeFileSync } from "node:fs";
import { loadModel } from "./hodu.mjs";

const model = await loadModel(readFileSync("model.wasm"));
const inputs = model.inputs.map((info, i) => {
  const bytes = readFileSync(`in${i}`);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return [info.name, new info.Array(data)];
});
const results = model.run(Object.fromEntries(inputs));
model.outputs.forEach((info, i) => writeFileSync(`out${i}`, results[info.name].data));
