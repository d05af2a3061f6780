package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// Rows of cells: aligned under headers for a person, or tab-separated without headers for a
/// program.
final class Table {
  private static final String GAP = "  ";
  private static final int MIN_SHRUNK = 12;

  private final List<Column> columns;
  private final List<List<Cell>> rows = new ArrayList<>();

  Table(Column... columns) {
    this.columns = List.of(columns);
  }

  /// A column.
  ///
  /// @param right aligned to the right: numbers
  /// @param shrinks may be cut, keeping its end, if the screen is too narrow
  /// @param hidden left out for a person, who is told elsewhere
  record Column(String header, boolean right, boolean shrinks, boolean hidden) {
    static Column text(String header) {
      return new Column(header, false, false, false);
    }

    static Column number(String header) {
      return new Column(header, true, false, false);
    }

    static Column shrinking(String header) {
      return new Column(header, false, true, false);
    }

    static Column forPrograms(String header) {
      return new Column(header, false, false, true);
    }
  }

  /// A cell; its text is cleared of control characters.
  record Cell(String text, Tone tone) {
    Cell {
      text = Wording.plain(text);
    }
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /// Adds a row of cells; strings stand for plain ones.
  void add(Object... cells) {
    List<Cell> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(cell instanceof Cell c ? c : new Cell(String.valueOf(cell), Tone.PLAIN));
    }
    if (row.size() != columns.size()) {
      throw new IllegalArgumentException(row.size() + " cells for " + columns.size() + " columns");
    }
    rows.add(row);
  }

  /// Writes it for a person.
  void writeAligned(PrintWriter out, Paint paint, int screen) {
    int[] widths = widths(screen);
    List<Cell> headers =
        columns.stream().map(column -> new Cell(column.header(), Tone.FAINT)).toList();
    writeLine(out, paint, headers, widths);
    for (List<Cell> row : rows) {
      writeLine(out, paint, row, widths);
    }
  }

  /// Writes it for a program, each line led by `lead`, which may be empty.
  void writeTabbed(PrintWriter out, String lead) {
    for (List<Cell> row : rows) {
      List<String> cells = new ArrayList<>();
      if (!lead.isEmpty()) {
        cells.add(lead);
      }
      row.forEach(cell -> cells.add(cell.text()));
      out.print(String.join("\t", cells) + "\n");
    }
  }

  private int[] widths(int screen) {
    int[] widths = new int[columns.size()];
    int total = -GAP.length();
    for (int i = 0; i < widths.length; i++) {
      if (columns.get(i).hidden()) {
        continue;
      }
      widths[i] = length(columns.get(i).header());
      for (List<Cell> row : rows) {
        widths[i] = Math.max(widths[i], length(row.get(i).text()));
      }
      total += GAP.length() + widths[i];
    }
    for (int i = 0; i < widths.length && total > screen; i++) {
      if (columns.get(i).shrinks()) {
        int shrunk = Math.max(MIN_SHRUNK, widths[i] - (total - screen));
        if (shrunk < widths[i]) {
          total -= widths[i] - shrunk;
          widths[i] = shrunk;
        }
      }
    }
    return widths;
  }

  private void writeLine(PrintWriter out, Paint paint, List<Cell> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      if (columns.get(i).hidden()) {
        continue;
      }
      Cell cell = row.get(i);
      String text = shrunk(cell.text(), widths[i]);
      String padding = " ".repeat(Math.max(0, widths[i] - length(text)));
      String painted = paint.apply(cell.tone(), text);
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).right() ? padding + painted : painted + padding);
    }
    out.print(line.toString().stripTrailing() + "\n");
  }

  private static String shrunk(String text, int width) {
    return length(text) <= width
        ? text
        : "…" + text.substring(text.offsetByCodePoints(text.length(), 1 - width));
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
