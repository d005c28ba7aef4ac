/** By code unit, as Python's sorted(): class indices agree with torchvision's. */
export function compareNames(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
