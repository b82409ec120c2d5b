/**
 * Splits a stream into its lines, without their ends; what follows the last one is dropped, as it was cut. Rejects beyond `maxBytes` a
 * line.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]).toString();
      parts = [];
      bytes = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
    bytes += chunk.length - start;
    if (bytes > maxBytes) throw new Error(`a line of its answer is larger than ${maxBytes} bytes`);
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
}
