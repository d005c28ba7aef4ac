/**
 * A copy of a received message in which every typed array owns its memory. Arrays that arrive from another process are
 * views of the whole message: sent on as they are, each would drag all of it along.
 */
export function toOwnBuffers<Value>(value: Value): Value {
  if (ArrayBuffer.isView(value)) {
    const isWhole = value.byteOffset === 0 && value.byteLength === value.buffer.byteLength;
    return isWhole || !('slice' in value) ? value : (value.slice as () => Value)();
  }
  if (Array.isArray(value)) {
    return value;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, toOwnBuffers<unknown>(entry)]),
    ) as Value;
  }
  return value;
}
