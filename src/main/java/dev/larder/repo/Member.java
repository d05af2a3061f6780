package dev.larder.repo;

import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An index file of a generation.
///
/// @param path where clients ask for it
/// @param size in bytes
/// @param sha256 of its bytes
/// @param lastModified as we serve it: whole seconds, another one for other bytes
/// @param upstreamEtag upstream's validator, or null
/// @param upstreamLastModified upstream's header as it came, or null
public record Member(
    RelPath path,
    long size,
    Checksum sha256,
    Instant lastModified,
    @Nullable String upstreamEtag,
    @Nullable String upstreamLastModified) {
  /// Strong entity tag of its bytes, with quotes.
  public String etag() {
    return "\"" + sha256.algorithm().id() + "-" + sha256.hex() + "\"";
  }

  /// The same bytes, served with another time.
  public Member withLastModified(Instant time) {
    return new Member(path, size, sha256, time, upstreamEtag, upstreamLastModified);
  }
}
