package dev.larder.mirror;

import dev.larder.store.RelPath;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A server we fetch from, and how it has behaved. Passive: only real requests tell.
final class Upstream {
  /// RFC 3986 pchar without the percent sign, plus the slash.
  private static final String PLAIN = "-._~!$&'()*+,;=:@/";

  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);

  private final String base;
  private final InstantSource clock;
  private int failures;
  private boolean tried;
  private @Nullable String lastError;
  private @Nullable Instant retryAt;
  private boolean told;
  private long faults;
  private final Latency heads = new Latency();

  /// An upstream not tried yet.
  ///
  /// @param base URL without a trailing slash
  Upstream(String base, InstantSource clock) {
    this.base = base;
    this.clock = clock;
  }

  String base() {
    return base;
  }

  /// Lower-case host name or address, an IPv6 address without brackets.
  String host() {
    return URI.create(base).getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
  }

  /// The URL of `path`: characters a package name may have go as they are, as pacman sends them.
  URI uri(RelPath path) {
    StringBuilder out = new StringBuilder(base).append('/');
    for (byte b : path.value().getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || PLAIN.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return URI.create(out.toString());
  }

  /// It answered as it should.
  synchronized void succeeded() {
    tried = true;
    failures = 0;
    lastError = null;
    retryAt = null;
    told = false;
  }

  /// The head of an answer came after `duration`.
  void answered(Duration duration) {
    heads.took(duration);
  }

  /// It failed: it is left alone for a while, longer each time.
  ///
  /// @return whether that is news; not if it fails while it should be left alone, which happens as
  ///   often as clients ask
  synchronized boolean failed(String why) {
    tried = true;
    faults++;
    lastError = why;
    boolean news = available();
    if (news) {
      failures++;
      retryAt = clock.instant().plus(backOff(failures));
    }
    return news;
  }

  /// It asked to be left alone (RFC 9110 section 10.2.3).
  synchronized void busy(String why, Duration retryAfter) {
    tried = true;
    faults++;
    lastError = why;
    Instant until = clock.instant().plus(retryAfter);
    if (retryAt == null || retryAt.isBefore(until)) {
      retryAt = until;
    }
    told = true;
  }

  static Duration backOff(int failures) {
    Duration backOff = FIRST_BACK_OFF.multipliedBy(1L << Math.min(failures - 1, 16));
    return backOff.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : backOff;
  }

  /// Whether it may be asked without doubt.
  synchronized boolean available() {
    return retryAt == null || !retryAt.isAfter(clock.instant());
  }

  /// When it may be asked again after it asked to be left alone; null if it did not. Unlike a
  /// failure's back-off, this holds even when there is no other upstream.
  synchronized @Nullable Instant toldUntil() {
    return told && !available() ? retryAt : null;
  }

  synchronized MirrorReport.UpstreamReport report() {
    String state = !tried ? "untried" : available() ? "ok" : "backing off";
    return new MirrorReport.UpstreamReport(
        base, state, lastError, available() ? null : retryAt, faults, heads.report());
  }

  @Override
  public String toString() {
    return base;
  }
}
