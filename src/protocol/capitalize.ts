/** At the beginning of a line or in a list: `Integrated gradients`, `Grad-CAM`. */
export function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
