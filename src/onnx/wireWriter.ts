import { FIXED32, LENGTH_DELIMITED, VARINT } from './wireReader';

const FIRST_CAPACITY = 256;

/** Writes protobuf messages into one growing buffer. Field numbers are those of onnx.proto. */
export class WireWriter {
  private bytes = new Uint8Array(FIRST_CAPACITY);
  private length = 0;

  int(field: number, value: number): this {
    this.tag(field, VARINT);
    this.varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.tag(field, FIXED32);
    this.append(new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  string(field: number, value: string): this {
    return this.content(field, Buffer.from(value, 'utf8'));
  }

  /** A bytes field, or a message that is written already. */
  content(field: number, value: Uint8Array): this {
    this.tag(field, LENGTH_DELIMITED);
    this.varint(BigInt(value.byteLength));
    this.append(value);
    return this;
  }

  /** The tag and length of a length-delimited field whose content follows elsewhere. */
  header(field: number, contentLength: number): this {
    this.tag(field, LENGTH_DELIMITED);
    this.varint(BigInt(contentLength));
    return this;
  }

  message(field: number, write: (writer: WireWriter) => void): this {
    const writer = new WireWriter();
    write(writer);
    return this.content(field, writer.finish());
  }

  /** The bytes so far. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private tag(field: number, wireType: number): void {
    this.varint(BigInt(field * 8 + wireType));
  }

  private varint(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.append(Uint8Array.of(Number(rest & 0x7fn) | 0x80));
      rest >>= 7n;
    }
    this.append(Uint8Array.of(Number(rest)));
  }

  private append(part: Uint8Array): void {
    if (this.length + part.byteLength > this.bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.bytes.byteLength * 2, this.length + part.byteLength));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(part, this.length);
    this.length += part.byteLength;
  }
}
