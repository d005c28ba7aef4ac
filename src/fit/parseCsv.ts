/**
 * Rows of a CSV text (RFC 4180): fields in double quotes may hold commas, line breaks and doubled quotes. The separator
 * is the comma, or the tab where the first line has one and no comma. Blank lines are left out. `line`: of the row's
 * beginning, from 1.
 */
export function parseCsv(text: string): readonly { readonly line: number; readonly fields: readonly string[] }[] {
  const content = text.replace(/^\uFEFF/, '');
  const [first = ''] = content.split(/\r?\n/, 1);
  const separator = first.includes('\t') && !first.includes(',') ? '\t' : ',';
  const rows: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let field = '';
  let isQuoted = false;
  let line = 1;
  let start = 1;
  const endRow = (): void => {
    fields.push(field);
    if (fields.some((entry) => entry.trim() !== '')) {
      rows.push({ line: start, fields });
    }
    [fields, field, start] = [[], '', line];
  };
  for (let position = 0; position < content.length; position++) {
    const character = content[position];
    if (character === '\n') {
      line++;
    }
    if (isQuoted) {
      if (character !== '"') {
        field += character;
      } else if (content[position + 1] === '"') {
        field += content[++position];
      } else {
        isQuoted = false;
      }
    } else if (character === '"' && field.trim() === '') {
      [isQuoted, field] = [true, ''];
    } else if (character === separator) {
      fields.push(field);
      field = '';
    } else if (character === '\n') {
      endRow();
    } else if (character !== '\r') {
      field += character;
    }
  }
  endRow();
  return rows;
}
