package dev.larder.cli;

import dev.larder.cli.Options.Format;
import dev.larder.cli.Paint.Tone;
import dev.larder.wire.Json;
import java.io.PrintWriter;

/// How a command shows its result, once the options are known.
///
/// @param out where to
/// @param format as what
/// @param quiet only names
/// @param paint colours
/// @param words numbers and times
/// @param width columns of the screen
record Output(
    PrintWriter out, Format format, boolean quiet, Paint paint, Wording words, int width) {
  static Output of(Options options, Surroundings surroundings) {
    Terminal terminal = surroundings.terminal();
    Format format =
        options.format != null ? options.format : terminal.out() ? Format.TEXT : Format.TSV;
    boolean text = format == Format.TEXT;
    return new Output(
        surroundings.out(),
        format,
        options.quiet,
        options.paint(),
        new Wording(text, text && terminal.out(), surroundings.time()),
        // Without a screen nothing is cut.
        terminal.out() ? terminal.width() : Integer.MAX_VALUE);
  }

  boolean isText() {
    return format == Format.TEXT;
  }

  boolean isJson() {
    return format == Format.JSON;
  }

  void json(Object value) {
    out.print(Json.pretty(value) + "\n");
  }

  /// Writes a line as it is; the caller has cleaned what came from elsewhere.
  void line(String text) {
    out.print(text + "\n");
  }

  void table(Table table) {
    if (isText()) {
      table.writeAligned(out, paint, width);
    } else {
      table.writeTabbed(out, "");
    }
  }

  String painted(Tone tone, String text) {
    return paint.apply(tone, Wording.plain(text));
  }
}
