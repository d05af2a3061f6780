package dev.larder.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Which streams of a run lead to a person, and how wide the screen is.
///
/// @param in answers can be asked for
/// @param out output is read by a person
/// @param err what is said beside it is read by a person
/// @param width columns of the screen; of no meaning unless `out` or `err`
public record Terminal(boolean in, boolean out, boolean err, int width) {
  private static final int DEFAULT_WIDTH = 80;
  private static final int MIN_WIDTH = 20;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /// No terminal at all: pipes and files.
  public static final Terminal NONE = new Terminal(false, false, DEFAULT_WIDTH);

  /// One on which errors appear where output does.
  public Terminal(boolean in, boolean out, int width) {
    this(in, out, out, width);
  }

  /// What this process is connected to.
  @SuppressWarnings("SystemConsoleNull")
  public static Terminal ofProcess(Map<String, String> environment) {
    // JDK 22 to 24 always gave a console; since 25 it is null again without a terminal.
    Console console = System.console();
    boolean both = console != null && console.isTerminal();
    boolean in = both || isTerminal(0);
    boolean out = both || isTerminal(1);
    boolean err = Files.isDirectory(DESCRIPTORS) ? isTerminal(2) : both;
    return new Terminal(in, out, err, out || err ? width(environment) : DEFAULT_WIDTH);
  }

  /// Java only tells whether input and output are both terminals. On Linux the descriptor's link
  /// says it for each; elsewhere a command with one of them redirected counts as not on a terminal.
  private static boolean isTerminal(int descriptor) {
    try {
      String target =
          Files.readSymbolicLink(DESCRIPTORS.resolve(String.valueOf(descriptor))).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }

  private static int width(Map<String, String> environment) {
    Integer columns = number(environment.get("COLUMNS"));
    if (columns == null) {
      columns = number(sttyColumns());
    }
    return columns == null || columns < MIN_WIDTH ? DEFAULT_WIDTH : columns;
  }

  /// Shells rarely export COLUMNS; `stty size` writes rows and columns on Linux and FreeBSD alike.
  private static @Nullable String sttyColumns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        if (!stty.waitFor(1, TimeUnit.SECONDS)) {
          return null;
        }
        String[] size =
            new String(stty.getInputStream().readAllBytes(), US_ASCII).strip().split(" ", -1);
        return size.length == 2 ? size[1] : null;
      } finally {
        stty.destroy();
      }
    } catch (IOException _) {
      return null;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static @Nullable Integer number(@Nullable String text) {
    try {
      return text == null ? null : Integer.valueOf(text);
    } catch (NumberFormatException _) {
      return null;
    }
  }
}
