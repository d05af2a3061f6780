package dev.larder.log;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Standard error: a terminal, a file the shell opened, or systemd's journal. The journal dates
/// each line itself and takes the severity from a prefix (sd-daemon(3)).
final class StderrSink implements Sink {
  private final PrintStream stream;
  private final boolean journal;

  StderrSink(PrintStream stream, boolean journal) {
    this.stream = stream;
    this.journal = journal;
  }

  /// Whether standard error leads to systemd's journal: `$JOURNAL_STREAM` then has its device and
  /// inode (systemd.exec(5)). The variable alone says nothing: whoever redirects a program's output
  /// passes it on.
  ///
  /// @param journalStream the variable's value, or an empty text
  /// @param stderr a path that leads to standard error: `/dev/stderr`
  static boolean isJournal(String journalStream, Path stderr) {
    if (journalStream.isEmpty()) {
      return false;
    }
    try {
      Object device = Files.getAttribute(stderr, "unix:dev");
      Object inode = Files.getAttribute(stderr, "unix:ino");
      return journalStream.equals(device + ":" + inode);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public void write(Severity severity, List<String> lines) {
    StringBuilder text = new StringBuilder(128);
    for (String line : lines) {
      if (journal) {
        text.append('<').append(severity.number()).append('>');
      }
      text.append(line).append('\n');
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    synchronized (stream) {
      stream.write(bytes, 0, bytes.length);
      stream.flush();
    }
  }

  @Override
  public boolean isDated() {
    return journal;
  }

  @Override
  public boolean isGraded() {
    return journal;
  }
}
