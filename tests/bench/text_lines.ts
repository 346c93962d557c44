/** Bytes to lines of text. */
export class TextLineStream implements TransformStream<Uint8Array<ArrayBuffer>, string> {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;

  constructor() {
    const decoder = new TextDecoderStream();
    let rest = "";
    const lines = new TransformStream<string, string>({
      transform(chunk, controller) {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop()!;
        for (const part of parts) if (part.trim()) controller.enqueue(part);
      },
      flush(controller) {
        if (rest.trim()) controller.enqueue(rest);
      },
    });
    this.readable = decoder.readable.pipeThrough(lines);
    this.writable = decoder.writable;
  }
}
