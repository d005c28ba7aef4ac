/** Columns of text padded to equal width, two spaces apart; numbers belong to the right. */
export function formatTable(rows: readonly (readonly string[])[], alignment: readonly ('left' | 'right')[]): string {
  const widths = alignment.map((_, column) => Math.max(...rows.map((row) => measureWidth(row[column] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = ' '.repeat(widths[column] - measureWidth(cell));
          return alignment[column] === 'right' ? padding + cell : cell + padding;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Columns of a terminal: CJK characters take two. */
function measureWidth(text: string): number {
  return [...text].reduce(
    (width, character) =>
      width +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(character)
        ? 2
        : 1),
    0,
  );
}
