package dev.larder.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A file.
final class FileSink implements Sink {
  private final LogFile file;

  FileSink(LogFile file) {
    this.file = file;
  }

  @Override
  public void write(Severity severity, List<String> lines) throws IOException {
    // In one write, so that no line of another thread or process comes between.
    file.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean isDated() {
    return false;
  }

  @Override
  public boolean isGraded() {
    return false;
  }

  @Override
  public void reopen() throws IOException {
    file.reopen();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
