import { UserError } from '../userError';

/** The error of a file that cannot be opened, in a sentence. */
export function toOpenError(file: string, error: unknown): UserError {
  const options = { cause: error };
  switch (isErrnoException(error) ? error.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError('fileNotFound', `${file} does not exist. Check the path.`, options);
    case 'EACCES':
    case 'EPERM':
      return new UserError('fileNotFound', `${file} may not be read. Check the permissions of the file.`, options);
    case 'EISDIR':
      return new UserError('fileNotFound', `${file} is a folder. Choose an ONNX model file.`, options);
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new UserError('fileNotFound', `${file} cannot be read: ${reason}.`, options);
    }
  }
}

function isErrnoException(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
