package dev.larder.format.freebsd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.store.Checksum;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/// The records of a catalogue on their way into it. An archive states the length of what is in it
/// before the first byte, and a signature is of all of it; so the records are written to a file
/// once, a line each, and from there into both catalogues. No more than one is ever in memory.
final class Spool implements Closeable {
  private static final byte[] HEAD =
      "{\"groups\":[],\"expired_packages\":[],\"packages\":[".getBytes(US_ASCII);
  private static final byte[] TAIL = "]}".getBytes(US_ASCII);

  private final Path file;
  private final OutputStream out;
  private final MessageDigest linesDigest = Checksum.Algorithm.SHA256.digest();
  private final MessageDigest dataDigest = Checksum.Algorithm.SHA256.digest();
  private long lines;
  private long count;

  /// Creates `file`, which [#close] deletes.
  Spool(Path file) throws IOException {
    this.file = file;
    this.out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    dataDigest.update(HEAD);
  }

  /// Adds a record.
  ///
  /// @param json on one line, without a line's end
  void add(byte[] json) throws IOException {
    if (count++ > 0) {
      dataDigest.update((byte) ',');
    }
    dataDigest.update(json);
    linesDigest.update(json);
    linesDigest.update((byte) '\n');
    out.write(json);
    out.write('\n');
    lines += json.length + 1;
  }

  /// What goes into an archive.
  ///
  /// @param name of the member
  /// @param size in bytes
  /// @param sha256 of it
  record Payload(String name, long size, Checksum sha256, Writing writing) {}

  /// Writes a payload.
  interface Writing {
    /// Writes all of it.
    void to(OutputStream out) throws IOException;
  }

  /// The records one a line, after the last was added.
  Payload packagesite() throws IOException {
    out.flush();
    return new Payload("packagesite.yaml", lines, sum(linesDigest), to -> Files.copy(file, to));
  }

  /// The records in one object on one line, after the last was added.
  Payload data() throws IOException {
    out.flush();
    dataDigest.update(TAIL);
    // A comma for every line's end, but for the last.
    long size = HEAD.length + lines - (count > 0 ? 1 : 0) + TAIL.length;
    return new Payload("data", size, sum(dataDigest), this::writeData);
  }

  private void writeData(OutputStream to) throws IOException {
    to.write(HEAD);
    byte[] buffer = new byte[1 << 16];
    long left = lines - 1;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      while (left > 0) {
        int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (n < 0) {
          throw new IOException(file + " was cut while it was read");
        }
        for (int i = 0; i < n; i++) {
          buffer[i] = buffer[i] == '\n' ? (byte) ',' : buffer[i];
        }
        to.write(buffer, 0, n);
        left -= n;
      }
    }
    to.write(TAIL);
  }

  private static Checksum sum(MessageDigest digest) {
    return Checksum.of(Checksum.Algorithm.SHA256, digest);
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(file);
  }
}
