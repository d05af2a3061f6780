package dev.larder.serve;

import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import dev.larder.store.Checksum;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Writes a response's header, except what changes from one sending to the next: `Date`, `Age`,
/// `Connection` and the empty line are added when it is sent.
final class Head {
  private final StringBuilder text = new StringBuilder(384);

  private Head(int code) {
    text.append("HTTP/1.1 ")
        .append(code)
        .append(' ')
        .append(HttpResponseStatus.valueOf(code).reasonPhrase())
        .append("\r\nServer: larder\r\n");
  }

  static Head of(int code) {
    return new Head(code);
  }

  /// Adds a header. Whatever could end the line early is dropped from `value`.
  Head with(String name, String value) {
    text.append(name).append(": ");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= 0x20 && c < 0x7f) {
        text.append(c);
      }
    }
    text.append("\r\n");
    return this;
  }

  Head with(String name, long value) {
    text.append(name).append(": ").append(value).append("\r\n");
    return this;
  }

  /// `Content-Length`; nothing if it is not known.
  Head length(long length) {
    return length < 0 ? this : with("Content-Length", length);
  }

  /// What 304 repeats of 200: `Last-Modified` and `ETag`.
  Head validators(Representation is) {
    Instant lastModified = is.lastModified();
    if (lastModified != null) {
      with("Last-Modified", HttpDate.format(lastModified.getEpochSecond()));
    }
    return is.etag() == null ? this : with("ETag", is.etag());
  }

  /// What 200 and 206 say of the whole representation, whichever part of it follows.
  Head representation(Representation is, String fileName) {
    with("Content-Type", contentType(fileName));
    validators(is);
    if (is.size() >= 0) {
      with("Accept-Ranges", "bytes");
    }
    Checksum checksum = is.checksum();
    if (checksum != null && checksum.algorithm() == Checksum.Algorithm.SHA256) {
      // RFC 9530: over the whole representation, so the same on 206.
      String value = Base64.getEncoder().encodeToString(checksum.bytes());
      with("Repr-Digest", "sha-256=:" + value + ":");
    }
    return this;
  }

  /// `Cache-Status` (RFC 9211).
  Head cacheStatus(@Nullable CacheStatus status) {
    return status == null ? this : with("Cache-Status", cacheStatusValue(status));
  }

  private static String cacheStatusValue(CacheStatus status) {
    StringBuilder value = new StringBuilder("larder");
    if (status.hit()) {
      value.append("; hit");
    } else if (status.forward() != null) {
      value.append("; fwd=").append(status.forward());
      if (status.forwardStatus() > 0) {
        value.append("; fwd-status=").append(status.forwardStatus());
      }
    }
    if (status.stored()) {
      value.append("; stored");
    }
    if (status.collapsed()) {
      value.append("; collapsed");
    }
    if (!status.detail().isEmpty()) {
      String plain = status.detail().replace("\\", "").replace("\"", "");
      value.append("; detail=\"").append(plain).append('"');
    }
    return value.toString();
  }

  /// Package files are bytes to everybody; nothing a mirror holds is ever shown as a page.
  private static String contentType(String fileName) {
    if (fileName.endsWith(".sig")) {
      return "application/pgp-signature";
    }
    return switch (fileName) {
      case "lastupdate", "lastsync" -> "text/plain";
      default -> "application/octet-stream";
    };
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
