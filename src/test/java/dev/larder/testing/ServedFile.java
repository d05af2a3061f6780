package dev.larder.testing;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A file as a [FaultyUpstream] serves it.
///
/// @param bytes its content
/// @param lastModified whole seconds
/// @param etag with quotes
public record ServedFile(Bytes bytes, Instant lastModified, String etag) {
  /// Cuts the time to whole seconds, which is all HTTP can say.
  public ServedFile {
    lastModified = lastModified.truncatedTo(ChronoUnit.SECONDS);
  }

  /// A file with the ETag nginx would give it.
  public static ServedFile of(byte[] bytes, Instant lastModified) {
    return new ServedFile(
        new Bytes(bytes),
        lastModified,
        "\"%x-%x\"".formatted(lastModified.getEpochSecond(), bytes.length));
  }
}
