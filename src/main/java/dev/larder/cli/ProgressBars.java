package dev.larder.cli;

import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// Progress for a person at a terminal: one bar for each file under way and one for all of them,
/// below what was done.
///
/// The library counts, reckons and draws each bar as a text; where on the screen it stands is ours,
/// because the library would look for the terminal itself instead of taking the stream it is given.
final class ProgressBars implements Progress {
  private static final int UPDATE_MILLIS = 200;
  private static final int NAME_COLUMNS = 24;
  private static final byte CYAN = 36;
  private static final String CLEARED = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean coloured;
  private final int width;
  private final int files;
  private final ProgressBar total;

  /// What the bar for all of them has drawn last. The library's thread begins to draw before the
  /// constructor is done, so it must not ask `total`.
  private volatile String totalText = "";

  private final List<Bar> underWay = new ArrayList<>();
  private int drawn;
  private int done;

  /// @param err where the terminal is
  /// @param width columns of the screen
  ProgressBars(PrintWriter err, boolean coloured, int width, int files, long bytes) {
    this.err = err;
    this.coloured = coloured;
    this.width = width;
    this.files = files;
    total =
        bar(
            "total",
            bytes,
            drawing -> {
              totalText = drawing;
              draw(List.of());
            });
  }

  /// A bar of the library's, and the text it has drawn last.
  private final class Bar implements Transfer {
    private final ProgressBar bar;
    private final String name;
    private volatile String text = "";

    Bar(String name, long bytes) {
      this.name = name;
      bar = bar(name, bytes, drawing -> text = drawing);
    }

    @Override
    public void moved(long bytes) {
      bar.stepBy(bytes);
      total.stepBy(bytes);
    }
  }

  private ProgressBar bar(String name, long bytes, Consumer<String> drawn) {
    boolean small = bytes < 10L << 20;
    return new ProgressBarBuilder()
        .setTaskName(fitted(name))
        .setInitialMax(Math.max(1, bytes))
        .setUnit(small ? " KiB" : " MiB", small ? 1 << 10 : 1 << 20)
        .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
        .setStyle(style())
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .continuousUpdate()
        .setConsumer(new DelegatingProgressBarConsumer(drawn, width - 1))
        .build();
  }

  private ProgressBarStyle style() {
    return coloured
        ? ProgressBarStyle.builder()
            .colorCode(CYAN)
            .leftBracket("[")
            .rightBracket("]")
            .block('=')
            .rightSideFractionSymbol('>')
            .build()
        : ProgressBarStyle.ASCII;
  }

  /// The end of a name tells more than its beginning: version and architecture.
  private static String fitted(String name) {
    return name.length() <= NAME_COLUMNS
        ? name + " ".repeat(NAME_COLUMNS - name.length())
        : "…" + name.substring(name.length() - NAME_COLUMNS + 1);
  }

  @Override
  public Transfer begin(String name, long bytes) {
    Bar bar = new Bar(Wording.plain(name), bytes);
    synchronized (this) {
      underWay.add(bar);
    }
    return bar;
  }

  @Override
  public void tick() {}

  @Override
  public void end(Transfer transfer, String last) {
    if (transfer instanceof Bar bar) {
      // Waits for the library's thread, which may be waiting to draw: not while we hold the screen.
      bar.bar.close();
      synchronized (this) {
        underWay.remove(bar);
        done++;
      }
      draw(List.of("%s: %s".formatted(bar.name, last)));
    }
  }

  @Override
  public void close() {
    total.close();
    List.copyOf(underWay).forEach(bar -> bar.bar.close());
    synchronized (this) {
      if (drawn > 0) {
        err.print("\u001b[%dA\r\u001b[J".formatted(drawn));
        drawn = 0;
      }
      err.flush();
    }
  }

  /// Draws everything where it was drawn before.
  ///
  /// @param above lines to leave above it for good
  private synchronized void draw(List<String> above) {
    StringBuilder screen = new StringBuilder();
    if (drawn > 0) {
      screen.append("\u001b[").append(drawn).append('A');
    }
    above.forEach(line -> screen.append(CLEARED).append(line).append('\n'));
    int lines = 0;
    for (Bar bar : underWay) {
      lines += put(screen, bar.text);
    }
    // Alone, a file's own bar says it all.
    if (files > 1 && done < files) {
      lines += put(screen, totalText);
    }
    drawn = lines;
    err.print(screen.append("\r\u001b[J"));
    err.flush();
  }

  private static int put(StringBuilder screen, String text) {
    if (text.isEmpty()) {
      return 0;
    }
    screen.append(CLEARED).append(text).append('\n');
    return 1;
  }
}
