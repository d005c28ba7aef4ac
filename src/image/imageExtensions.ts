/** What sharp decodes without further libraries, and ready input tensors. */
export const IMAGE_EXTENSIONS: readonly string[] = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'tif', 'tiff', 'avif', 'npy'];

/** Whether a file is an image, by its name. */
export function isImageName(name: string): boolean {
  const extension = /\.([^.]+)$/.exec(name)?.[1] ?? '';
  return IMAGE_EXTENSIONS.includes(extension.toLowerCase());
}
